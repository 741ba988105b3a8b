"""The training loop of `pretrain` and `distill`: it goes on where it was cut off.

Every ``--save`` steps the weights and the optimizer's moments are written to
state.safetensors in the output folder; the same command given again starts there.
"""

import argparse
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

WARM = 50  # steps of rising learning rate
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

Loss = Callable[[Any], Sequence[torch.Tensor]]


def add_options(parser: argparse.ArgumentParser, steps: int, rate: float) -> None:
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--save", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)


def train(
    args: argparse.Namespace,
    model: torch.nn.Module,
    bert: torch.nn.Module,
    factors: Mapping[torch.nn.Parameter, float],
    batches: Iterator[Any],
    loss_of: Loss,
) -> None:
    """Train and write a base folder.

    Args:
        args: What `add_options` read, and ``base``, the folder that training began with.
        model: What is trained.
        bert: The part of it that is the new base.
        factors: The parameters that learn, each with its share of ``args.rate``.
        batches: The same ones in the same order in every run; those done are skipped.
        loss_of: Of a batch the loss and what else is to be printed, each a scalar.
    """
    groups = [
        {"params": [p for p, f in factors.items() if f == factor], "factor": factor}
        for factor in set(factors.values())
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    args.output.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.txt", "config.json"):
        shutil.copy(args.base / name, args.output / name)
    state = args.output / "state.safetensors"
    done = restore_state(model, optimizer, state) if state.is_file() else 0
    printed, began = [], time.time()
    for step, batch in zip(range(1, args.steps + 1), batches, strict=False):
        if step <= done:
            continue
        slope = min(step / WARM, 1 - (step - 1) / args.steps)
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * args.rate * slope
        loss, *others = loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*factors], 1.0)
        optimizer.step()
        optimizer.zero_grad()
        printed.append([value.item() for value in (loss, *others)])
        if step % 20 == 0:
            means = " ".join(f"{mean:.4f}" for mean in np.mean(printed[-20:], axis=0))
            print(f"{step} {means} {time.time() - began:.0f}s", flush=True)
        if step % args.save == 0:
            save_state(model, optimizer, state, step)
    weights = {k: v.cpu().contiguous() for k, v in bert.state_dict().items()}
    save_file(weights, args.output / "model.safetensors", metadata={"format": "pt"})
    state.unlink(missing_ok=True)


def save_state(
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


def restore_state(
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
