"""Continued masked-language-model training of the base on report text.

    python scripts/pretrain.py prepare corpus/pretraining REPORTS... --without annotations/dev
    python scripts/pretrain.py train corpus/pretraining --base models/base --output models/adapted

The base knows words, pieces of several characters; here every piece is one character,
and it learns to read so. Spans of one to five characters are masked (SpanBERT, Joshi et
al., 2020): a segmenter's words would be masked much alike, at the price of its errors.

``prepare`` needs baoshu; ``train`` needs torch and transformers alone. A run that was
cut off goes on where it last saved when the same command is given again.
"""

import argparse
import itertools
import json
import re
import shutil
import time
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertModel

PAD, MASKED, RANDOM = 1, 0.8, 0.1
RARE = (
    3  # the unknown piece stands for a masked character: the vocabulary has no <mask>
)
START, END = 0, 2
SHARE = 0.15
WARM = 50  # steps of rising learning rate
OVERLAP = 24  # characters in a row that make two lines the same text


def prepare(
    folder: Path, sources: list[Path], without: list[Path], vocab: Path
) -> None:
    """Write the ids of all texts, one document after the other: ids.npy, starts.npy.

    Lines that share a run of characters with a file below ``without`` are left out, so
    that nothing which measures the model is read by it before.
    """
    from baoshu.annotations import files, read
    from baoshu.chars import read_vocabulary
    from baoshu.reading import read_document

    held_out: set[str] = set()
    for path in (file for root in without for file in files(root)):
        held_out |= _runs(re.sub(r"\s+", "", read(path)[0].text))
    vocabulary = read_vocabulary(vocab.read_bytes().decode("utf8"))
    ids, starts, dropped = [], [0], 0
    for path in (file for root in sources for file in files(root)):
        annotated = "|" in path.read_bytes().decode("utf8", "ignore")[:200]
        text = read(path)[0].text if annotated else read_document(path).text
        lines = text.splitlines(keepends=True)
        kept = [x for x in lines if not held_out & _runs(re.sub(r"\s+", "", x))]
        dropped += len(text) - sum(map(len, kept))
        ids.append(vocabulary.ids(list("".join(kept))))
        starts.append(starts[-1] + len(ids[-1]))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "ids.npy", np.concatenate(ids).astype(np.uint16))
    np.save(folder / "starts.npy", np.array(starts))
    print(f"{len(ids)} documents, {starts[-1]:,} characters; {dropped:,} held out")


def _runs(text: str) -> set[str]:
    return {text[i : i + OVERLAP] for i in range(len(text) - OVERLAP + 1)}


def windows(starts: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Return the first positions of windows that tile every document, shuffled."""
    first = [
        np.arange(low + rng.integers(0, length) - length + 1, high, length).clip(low)
        for low, high in itertools.pairwise(starts)
    ]
    return rng.permutation(np.unique(np.concatenate(first)))


def mask(
    batch: np.ndarray, vocabulary: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Mask spans of a batch (n, length) of ids; labels are -100 where nothing is."""
    chosen = np.zeros(batch.shape, dtype=bool)
    for row, ids in zip(chosen, batch, strict=True):
        wanted = SHARE * (ids != PAD).sum()
        while row.sum() < wanted:
            width = min(int(rng.geometric(0.4)), 5)
            at = int(rng.integers(1, batch.shape[1] - 1))
            row[at : at + width] = True
        row &= (ids != PAD) & (ids != START) & (ids != END)
    labels = np.where(chosen, batch, -100)
    fate = rng.random(batch.shape)
    out = np.where(chosen & (fate < MASKED), RARE, batch)
    other = chosen & (fate >= MASKED) & (fate < MASKED + RANDOM)
    return np.where(other, rng.integers(4, vocabulary, batch.shape), out), labels


def batches(folder: Path, length: int, size: int, seed: int):
    """Yield batches (size, length) of ids for ever, each epoch cut elsewhere."""
    ids, starts = np.load(folder / "ids.npy"), np.load(folder / "starts.npy")
    ends = dict(itertools.pairwise(starts))
    inner = length - 2
    for epoch in range(10_000):
        rng = np.random.default_rng((seed, epoch))
        firsts = windows(starts, inner, rng)
        owner = np.searchsorted(starts, firsts, side="right") - 1
        for group in range(0, len(firsts) - size + 1, size):
            out = np.full((size, length), PAD)
            for row, i in enumerate(range(group, group + size)):
                low, high = firsts[i], min(firsts[i] + inner, ends[starts[owner[i]]])
                text = ids[low:high]
                out[row, : len(text) + 2] = [START, *text, END]
            yield out, rng


class MaskedModel(torch.nn.Module):
    """A BERT and a head that names masked characters.

    The word embeddings are the output weights too, and stay as they are: they lie on a
    4-bit grid, which is what makes the shipped pipeline small.
    """

    def __init__(self, base: Path) -> None:
        super().__init__()
        config = json.loads((base / "config.json").read_text("utf8"))
        width, self.size = config["hidden_size"], config["vocab_size"]
        config["attention_probs_dropout_prob"] = 0.0  # fused attention knows no dropout
        self.bert = BertModel(BertConfig(**config), add_pooling_layer=False)
        self.bert.load_state_dict(load_file(base / "model.safetensors"))
        self.bert.embeddings.word_embeddings.weight.requires_grad_(False)
        self.head = torch.nn.Sequential(
            torch.nn.Linear(width, width), torch.nn.GELU(), torch.nn.LayerNorm(width)
        )
        self.bias = torch.nn.Parameter(torch.zeros(self.size))
        self.scale = torch.nn.Parameter(torch.tensor(width**-0.5))

    def forward(
        self, ids: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the loss and the share of masked characters named right."""
        hidden = self.bert(input_ids=ids, attention_mask=(ids != PAD).long())[0]
        words = self.bert.embeddings.word_embeddings.weight
        logits = self.head(hidden[labels >= 0]) @ words.T * self.scale + self.bias
        gold = labels[labels >= 0]
        right = (logits.argmax(1) == gold).float().mean()
        return cross_entropy(logits, gold), right


def train(args: argparse.Namespace) -> None:
    """Train, saving weights and the optimizer's state every ``--save`` steps."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed)
    model = MaskedModel(args.base).to(device).train()
    trained = [p for p in model.bert.parameters() if p.requires_grad]
    new = [*model.head.parameters(), model.bias, model.scale]
    groups = [
        {"params": trained, "rate": args.rate},
        {"params": new, "rate": 10 * args.rate},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    args.output.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.txt", "config.json"):
        shutil.copy(args.base / name, args.output / name)
    state = args.output / "state.safetensors"
    done = _restore(model, optimizer, state) if state.is_file() else 0
    figures, began = [], time.time()
    for step, (batch, rng) in enumerate(
        batches(args.folder, args.length, args.batch, args.seed), start=1
    ):
        masked = mask(batch, model.size, rng)
        if step <= done:
            continue
        for group in optimizer.param_groups:
            slope = min(step / WARM, 1 - (step - 1) / args.steps)
            group["lr"] = group["rate"] * slope
        with torch.autocast(device, torch.bfloat16):
            loss, right = model(*(torch.as_tensor(x, device=device) for x in masked))
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*trained, *new], 1.0)
        optimizer.step()
        optimizer.zero_grad()
        figures.append((loss.item(), right.item()))
        if step % 20 == 0:
            mean_loss, mean_right = np.mean(figures[-20:], axis=0)
            took = time.time() - began
            print(f"{step} {mean_loss:.3f} {mean_right:.3f} {took:.0f}s", flush=True)
        if step % args.save == 0:
            _save(model, optimizer, state, step)
        if step == args.steps:
            break
    weights = {k: v.cpu().contiguous() for k, v in model.bert.state_dict().items()}
    save_file(weights, args.output / "model.safetensors", metadata={"format": "pt"})
    state.unlink(missing_ok=True)


def _save(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, path: Path, step: int
) -> None:
    tensors = {
        f"model.{name}": t.contiguous() for name, t in model.state_dict().items()
    }
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{number}.{name}": t for name, t in moments.items()}
    part = path.with_suffix(".part")
    save_file(tensors, part, metadata={"step": str(step)})
    part.replace(path)


def _restore(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, path: Path
) -> int:
    """Put the saved state back and return the steps done."""
    with safe_open(path, "pt") as file:
        step = int(file.metadata()["step"])
    tensors = load_file(path)
    model.load_state_dict(
        {k.removeprefix("model."): t for k, t in tensors.items() if k[0] == "m"}
    )
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for key in (k for k in tensors if k.startswith("adam.")):
        _, number, name = key.split(".")
        moments.setdefault(int(number), {})[name] = tensors[key]
    state = optimizer.state_dict()
    optimizer.load_state_dict({**state, "state": moments})
    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("prepare", help="texts to ids")
    one.add_argument("folder", type=Path)
    one.add_argument("sources", type=Path, nargs="+")
    one.add_argument("--without", type=Path, action="append", default=[])
    one.add_argument("--vocab", type=Path, default=Path("models/base/vocab.txt"))
    one.set_defaults(run=lambda a: prepare(a.folder, a.sources, a.without, a.vocab))
    two = commands.add_parser("train", help="ids to a base")
    two.add_argument("folder", type=Path)
    two.add_argument("--base", type=Path, default=Path("models/base"))
    two.add_argument("--output", type=Path, default=Path("models/adapted"))
    two.add_argument("--steps", type=int, default=1000)
    two.add_argument("--batch", type=int, default=8)
    two.add_argument("--length", type=int, default=256)
    two.add_argument("--rate", type=float, default=2e-4)
    two.add_argument("--save", type=int, default=100)
    two.add_argument("--seed", type=int, default=1)
    two.set_defaults(run=train)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
