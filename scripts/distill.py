"""A base of fewer layers that repeats what the encoder of a trained pipeline says.

    python scripts/distill.py extract training/seed1/model-last models/six
    python scripts/distill.py train training/text --teacher training/seed1/model-last \\
        --base models/six --output models/six-taught

``extract`` keeps every second layer. ``train`` teaches them the hidden states of the
layers that they stand for (TinyBERT, Jiao et al., 2020), on the ids that
``pretrain.py prepare`` wrote. What comes out is a base for ``spacy train``. A run that
was cut off goes on where it last saved when the same command is given again.
"""

import argparse
import json
import re
import shutil
import time
from pathlib import Path

import spacy
import torch
from pretrain import PAD, WARM, batches, restore_state, save_state
from safetensors.torch import load_file, save_file
from torch.nn.functional import mse_loss
from transformers import BertModel

from baoshu.encoder import load_bert

_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")
STEP = 2  # of so many layers of the teacher the student has one, the last


def teacher_of(pipeline: Path) -> tuple[BertModel, str]:
    """Return the encoder of a pipeline that `spacy train` wrote, and its vocabulary."""
    model = spacy.load(pipeline).get_pipe("tok2vec").model
    return model.shims[0]._model.eval(), model.attrs["vocab"]


def extract(pipeline: Path, folder: Path) -> None:
    """Write every second layer of a pipeline's encoder as a base folder."""
    bert, vocab = teacher_of(pipeline)
    kept = range(STEP - 1, bert.config.num_hidden_layers, STEP)
    place = {old: new for new, old in enumerate(kept)}
    tensors = {}
    for name, tensor in bert.state_dict().items():
        layer = _LAYER.match(name)
        if layer and int(layer[1]) in place:
            name = f"encoder.layer.{place[int(layer[1])]}.{name[layer.end() :]}"
        if not layer or int(layer[1]) in place:
            tensors[name] = tensor.contiguous()
    config = {**bert.config.to_dict(), "num_hidden_layers": len(kept)}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config), "utf8")
    (folder / "vocab.txt").write_bytes(vocab.encode("utf8"))


def train(args: argparse.Namespace) -> None:
    """Teach, saving weights and the optimizer's state every ``--save`` steps."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed)
    teacher = teacher_of(args.teacher)[0].to(device)
    student = load_bert(json.loads((args.base / "config.json").read_text("utf8")))
    student.load_state_dict(load_file(args.base / "model.safetensors"))
    student.to(device).train()
    trained = [p for p in student.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, betas=(0.9, 0.98), weight_decay=0.01)
    args.output.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.txt", "config.json"):
        shutil.copy(args.base / name, args.output / name)
    state = args.output / "state.safetensors"
    done = restore_state(student, optimizer, state) if state.is_file() else 0
    total, began = 0.0, time.time()
    for step, (batch, _) in enumerate(
        batches(args.folder, args.length, args.batch, args.seed), start=1
    ):
        if step <= done:
            continue
        slope = min(step / WARM, 1 - (step - 1) / args.steps)
        optimizer.param_groups[0]["lr"] = args.rate * slope
        loss = distance(student, teacher, torch.as_tensor(batch, device=device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item()
        if step % 20 == 0:
            print(f"{step} {total / 20:.4f} {time.time() - began:.0f}s", flush=True)
            total = 0.0
        if step % args.save == 0:
            save_state(student, optimizer, state, step)
        if step == args.steps:
            break
    weights = {k: v.cpu().contiguous() for k, v in student.state_dict().items()}
    save_file(weights, args.output / "model.safetensors", metadata={"format": "pt"})
    state.unlink(missing_ok=True)


def distance(student: BertModel, teacher: BertModel, ids: torch.Tensor) -> torch.Tensor:
    """Return the mean squared distance of hidden states, over layers and characters.

    Args:
        ids: (n, length) int64; padding does not count.
    """
    inputs = {"input_ids": ids, "attention_mask": (ids != PAD).long()}
    with torch.autocast(ids.device.type, torch.bfloat16):
        with torch.no_grad():
            said = teacher(**inputs, output_hidden_states=True).hidden_states
        repeated = student(**inputs, output_hidden_states=True).hidden_states
    read = ids != PAD
    layers = zip(repeated[1:], said[STEP::STEP], strict=True)
    pairs = [
        mse_loss(ours[read].float(), theirs[read].float()) for ours, theirs in layers
    ]
    return torch.stack(pairs).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("extract", help="every second layer of a pipeline")
    one.add_argument("pipeline", type=Path)
    one.add_argument("folder", type=Path)
    one.set_defaults(run=lambda a: extract(a.pipeline, a.folder))
    two = commands.add_parser("train", help="teach them the others' work")
    two.add_argument("folder", type=Path)
    two.add_argument("--teacher", type=Path, required=True)
    two.add_argument("--base", type=Path, required=True)
    two.add_argument("--output", type=Path, required=True)
    two.add_argument("--steps", type=int, default=2000)
    two.add_argument("--batch", type=int, default=8)
    two.add_argument("--length", type=int, default=256)
    two.add_argument("--rate", type=float, default=3e-4)
    two.add_argument("--save", type=int, default=100)
    two.add_argument("--seed", type=int, default=1)
    two.set_defaults(run=train)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
