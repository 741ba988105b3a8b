"""A base of fewer layers that repeats what the encoder of a trained pipeline says.

    python scripts/distill.py extract training/seed1/model-last models/six
    python scripts/distill.py train training/text --teacher training/seed1/model-last \\
        --base models/six --output models/six-taught
    python scripts/distill.py join training/seed1/model-last models/six-taught training/six

``extract`` keeps every second layer; with ``--every 1`` all of them, as a base for
``pretrain.py train``. ``train`` teaches them the hidden states of the
layers that they stand for (TinyBERT, Jiao et al., 2020), on the ids that
``pretrain.py prepare`` wrote. A run that was cut off goes on when the same command is
given again (`long_run`). What comes out is a base for ``spacy train``; ``join`` gives it
the heads of the pipeline, for ``spacy train --paths.resume``.
"""

import argparse
import json
import re
from pathlib import Path

import long_run
import numpy as np
import spacy
import torch
from pretrain import PAD, batches
from safetensors.torch import load_file, save_file
from torch.nn.functional import mse_loss
from transformers import BertModel

from baoshu.encoder import load_bert

_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")


def teacher_of(pipeline: Path) -> tuple[BertModel, str]:
    """Return the encoder of a pipeline that `spacy train` wrote, and its vocabulary."""
    model = spacy.load(pipeline).get_pipe("tok2vec").model
    return model.shims[0]._model.eval(), model.attrs["vocab"]


def extract(pipeline: Path, folder: Path, every: int = 2) -> None:
    """Write a pipeline's encoder as a base folder: of ``every`` layers the last."""
    bert, vocab = teacher_of(pipeline)
    kept = range(every - 1, bert.config.num_hidden_layers, every)
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


def bert_of(folder: Path) -> BertModel:
    """Return the BERT of a base folder."""
    bert = load_bert(json.loads((folder / "config.json").read_text("utf8")))
    bert.load_state_dict(load_file(folder / "model.safetensors"))
    return bert


def join(pipeline: Path, base: Path, output: Path) -> None:
    """Write a pipeline with the encoder of a base folder in the place of its own."""
    nlp = spacy.load(pipeline)
    nlp.get_pipe("tok2vec").model.shims[0]._model = bert_of(base)
    nlp.to_disk(output)


def train(args: argparse.Namespace) -> None:
    """Teach a base what the teacher's layers say, and write it."""
    torch.manual_seed(args.seed)
    teacher = teacher_of(args.teacher)[0].to(long_run.DEVICE)
    student = bert_of(args.base).to(long_run.DEVICE).train()
    given = batches(args.folder, args.length, args.batch, args.seed)

    def loss_of(batch: np.ndarray) -> tuple[torch.Tensor]:
        ids = torch.as_tensor(batch, device=long_run.DEVICE)
        return (distance(student, teacher, ids),)

    factors = {p: 1.0 for p in student.parameters() if p.requires_grad}
    ids = (batch for batch, _ in given)
    long_run.train(args, student, student, factors, ids, loss_of)


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
    every = teacher.config.num_hidden_layers // student.config.num_hidden_layers
    layers = zip(repeated[1:], said[every::every], strict=True)
    pairs = [
        mse_loss(ours[read].float(), theirs[read].float()) for ours, theirs in layers
    ]
    return torch.stack(pairs).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("extract", help="layers of a pipeline to a base")
    one.add_argument("pipeline", type=Path)
    one.add_argument("folder", type=Path)
    one.add_argument("--every", type=int, default=2)
    one.set_defaults(run=lambda a: extract(a.pipeline, a.folder, a.every))
    two = commands.add_parser("train", help="teach them the others' work")
    long_run.add_options(two, steps=2000, rate=3e-4)
    two.add_argument("--teacher", type=Path, required=True)
    two.add_argument("--base", type=Path, required=True)
    two.set_defaults(run=train)
    three = commands.add_parser("join", help="a base and the heads of a pipeline")
    three.add_argument("pipeline", type=Path)
    three.add_argument("base", type=Path)
    three.add_argument("output", type=Path)
    three.set_defaults(run=lambda a: join(a.pipeline, a.base, a.output))
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
