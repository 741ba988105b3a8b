"""The network alone: one window of text, in every form that it could be run in.

All hold the weights of the pipeline that ships. Six layers are every second one of its
twelve, which is enough for their time (`scripts/distill.py` teaches them their work).
"""

import copy
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

import baoshu
from baoshu.graph import to_onnx
from baoshu.quantize import quantize
from benchmarks.remembered import shim_of
from benchmarks.report import cores, table
from benchmarks.rounds import clocked, interleaved, spread

if TYPE_CHECKING:
    import torch

POSITIONS = 384
Run = Callable[[np.ndarray], object]


def windows(rounds: int) -> str:
    """Return the table of milliseconds a window."""
    from baoshu.unquantize import to_bert

    shipped = shim_of(baoshu.load()).to_bytes()
    bert = to_bert(shipped).eval()
    half = every_second_layer(bert)
    ids = _ids(bert.config.vocab_size)
    models = {
        "eight bits, as it ships": shipped,
        "float32, the same graph": to_onnx(bert),
        "six layers, eight bits": quantize(to_onnx(half), [ids]),
    }
    rows = []
    for threads in sorted({1, cores()}):
        calls: dict[str, Run] = {
            name: _on_onnxruntime(model, threads) for name, model in models.items()
        }
        calls["torch, float32"] = partial(_in_torch, bert, threads)
        calls["torch, bfloat16"] = partial(_in_torch, _bfloat16(bert), threads)
        seconds = interleaved(
            {name: clocked(partial(run, ids)) for name, run in calls.items()}, rounds
        )
        for name, spent in seconds.items():
            rows.append((name, str(threads), spread([1e3 * s for s in spent], ".0f")))
    head = ("network", "threads", f"ms a window of {POSITIONS} positions")
    return table(head, rows)


def every_second_layer(bert: "torch.nn.Module") -> "torch.nn.Module":
    """Return a BertModel of half the layers, the last among them."""
    half = copy.deepcopy(bert)
    half.encoder.layer = half.encoder.layer[1::2]
    half.config.num_hidden_layers = len(half.encoder.layer)
    return half


def _ids(pieces: int) -> np.ndarray:
    return np.random.default_rng(0).integers(4, pieces, (1, POSITIONS))


def _on_onnxruntime(model: bytes, threads: int) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC  # as in `runtime`
    options.graph_optimization_level = level
    # Others have their turn next: threads that wait awake would slow them down.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )
    return lambda ids: session.run(None, {"input_ids": ids})


def _bfloat16(bert: "torch.nn.Module") -> "torch.nn.Module":
    import torch

    return copy.deepcopy(bert).to(torch.bfloat16)


def _in_torch(bert: "torch.nn.Module", threads: int, ids: np.ndarray) -> None:
    import torch

    torch.set_num_threads(threads)
    with torch.inference_mode():
        bert(input_ids=torch.from_numpy(ids))
