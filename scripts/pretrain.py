"""Continued masked-language-model training of the base on report text.

    python scripts/pretrain.py prepare corpus/pretraining REPORTS... --without annotations/dev
    python scripts/pretrain.py train corpus/pretraining --base models/base --output models/adapted

The base knows words, pieces of several characters; here every piece is one character,
and it learns to read so. Spans of one to five characters are masked (SpanBERT, Joshi et
al., 2020): a segmenter's words would be masked much alike, at the price of its errors.

``prepare`` needs baoshu; ``train`` needs torch and transformers alone. A run that was
cut off goes on when the same command is given again (`long_run`).
"""

import argparse
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import long_run
import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertModel

PAD, MASKED, RANDOM = 1, 0.8, 0.1
RARE = (
    3  # the unknown piece stands for a masked character: the vocabulary has no <mask>
)
START, END = 0, 2
SHARE = 0.15
OVERLAP = 24  # characters in a row that make two lines the same text


def prepare(
    folder: Path, sources: list[Path], without: list[Path], vocab: Path
) -> None:
    """Write the ids of all texts, one document after the other: ids.npy, starts.npy.

    Lines that share a run of characters with a file below ``without`` are left out, so
    that nothing which measures the model is read by it before.
    """
    from baoshu.chars import read_vocabulary

    vocabulary = read_vocabulary(vocab.read_bytes().decode("utf8"))
    ids, starts, dropped = [], [0], 0
    for _, text, n_dropped in texts(sources, without):
        dropped += n_dropped
        ids.append(vocabulary.ids(list(text)))
        starts.append(starts[-1] + len(ids[-1]))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "ids.npy", np.concatenate(ids).astype(np.uint16))
    np.save(folder / "starts.npy", np.array(starts))
    print(f"{len(ids)} documents, {starts[-1]:,} characters; {dropped:,} held out")


def texts(sources: list[Path], without: list[Path]) -> Iterator[tuple[Path, str, int]]:
    """Yield the file, its text without what is held out, and how many characters were.

    A line is held out if it shares ``OVERLAP`` characters with a file below ``without``.
    """
    from baoshu.annotations import files, read
    from baoshu.reading import read_document

    held_out: set[str] = set()
    for path in (file for root in without for file in files(root)):
        held_out |= _runs(re.sub(r"\s+", "", read(path)[0].text))
    for path in (file for root in sources for file in files(root)):
        annotated = "|" in path.read_bytes().decode("utf8", "ignore")[:200]
        text = read(path)[0].text if annotated else read_document(path).text
        lines = text.splitlines(keepends=True)
        kept = [x for x in lines if not held_out & _runs(re.sub(r"\s+", "", x))]
        yield path, "".join(kept), len(text) - sum(map(len, kept))


def _runs(text: str) -> set[str]:
    return {text[i : i + OVERLAP] for i in range(len(text) - OVERLAP + 1)}


def windows(starts: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Return the first positions of windows that tile every document, shuffled."""
    first = [
        np.arange(low + rng.integers(0, length) - length + 1, high, length).clip(low)
        for low, high in itertools.pairwise(starts)
    ]
    return rng.permutation(np.unique(np.concatenate(first)))


def chosen(ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return which of a row of ids are masked, (length,) bool: spans of one to five."""
    out = np.zeros(len(ids), dtype=bool)
    wanted = SHARE * (ids != PAD).sum()
    while out.sum() < wanted:
        width = min(int(rng.geometric(0.4)), 5)
        at = int(rng.integers(1, len(ids) - 1))
        out[at : at + width] = True
    return out & (ids != PAD) & (ids != START) & (ids != END)


def mask(
    batch: np.ndarray, vocabulary: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Mask a share of a batch (n, length) of ids; labels are -100 where nothing is."""
    spans = np.stack([chosen(ids, rng) for ids in batch])
    labels = np.where(spans, batch, -100)
    fate = rng.random(batch.shape)
    out = np.where(spans & (fate < MASKED), RARE, batch)
    other = spans & (fate >= MASKED) & (fate < MASKED + RANDOM)
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
        # drawing it is a tenth of a step, and a few passes do not overfit
        config["hidden_dropout_prob"] = 0.0
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
    """Teach a base to name masked characters, and write it."""
    torch.manual_seed(args.seed)
    model = MaskedModel(args.base).to(long_run.DEVICE).train()
    trained = [p for p in model.bert.parameters() if p.requires_grad]
    new = [*model.head.parameters(), model.bias, model.scale]
    masked = (
        mask(batch, model.size, rng)
        for batch, rng in batches(args.folder, args.length, args.batch, args.seed)
    )

    def loss_of(batch: tuple[np.ndarray, np.ndarray]) -> tuple[torch.Tensor, ...]:
        with torch.autocast(long_run.DEVICE, torch.bfloat16):
            return model(*(torch.as_tensor(x, device=long_run.DEVICE) for x in batch))

    factors = dict.fromkeys(trained, 1.0) | dict.fromkeys(new, 10.0)
    long_run.train(args, model, model.bert, factors, masked, loss_of)


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
    long_run.add_options(two, steps=1000, rate=2e-4)
    two.add_argument("--base", type=Path, default=Path("models/base"))
    two.set_defaults(run=train)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
