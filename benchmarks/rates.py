"""The limit: products of matrices alone, and what share of their rate the encoder has.

A product is one MatMul (float32) or one MatMulInteger (uint8 by int8 into int32) in
ONNX Runtime, weights constant as a network's are, input and output in place. The
limit is the greatest rate of any shape in any round.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import onnxruntime
from spacy.language import Language

import baoshu
from baoshu.runtime import BUDGET
from benchmarks.networks import Counted, Shape, shape_of
from benchmarks.remembered import shim_of
from benchmarks.report import table
from benchmarks.rounds import clocked, interleaved, spread

REPEATED, ROUNDS = 5, 9
LARGE = 2_048
KINDS = {"fp32": ("MatMul", np.float32), "int8": ("MatMulInteger", np.uint8)}


def product(kind: str, rows: int, inner: int, columns: int) -> bytes:
    """Return an ONNX model that multiplies x, (rows, inner), by constant weights."""
    from onnx import TensorProto, helper, numpy_helper

    operator, _ = KINDS[kind]
    whole = kind == "int8"
    values = np.random.default_rng(0).integers(-127, 128, (inner, columns))
    weights = values.astype(np.int8 if whole else np.float32)
    before, after = (
        (TensorProto.UINT8, TensorProto.INT32)
        if whole
        else (TensorProto.FLOAT, TensorProto.FLOAT)
    )
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "weights"], ["y"])],
        operator,
        [helper.make_tensor_value_info("x", before, (rows, inner))],
        [helper.make_tensor_value_info("y", after, (rows, columns))],
        [numpy_helper.from_array(weights, "weights")],
    )
    opset = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    return model.SerializeToString()


def multiplier(kind: str, rows: int, inner: int, columns: int) -> Callable[[], None]:
    """Return a call that does one product `REPEATED` times."""
    session = onnxruntime.InferenceSession(
        product(kind, rows, inner, columns), providers=["CPUExecutionProvider"]
    )
    x = np.ones((rows, inner), dtype=KINDS[kind][1])
    y = np.zeros((rows, columns), dtype=np.int32 if kind == "int8" else np.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(x))
    binding.bind_ortvalue_output("y", onnxruntime.OrtValue.ortvalue_from_numpy(y))

    def multiply() -> None:
        for _ in range(REPEATED):
            session.run_with_iobinding(binding)

    return multiply


def rates(
    shape: Shape, rows: int = BUDGET, large: int = LARGE
) -> dict[str, list[float]]:
    """Return multiply-adds a second of each product, by "kind, rows × inner × columns".

    The shapes are those of an encoder whose batch has ``rows`` positions, and a cube.
    """
    sizes = [
        (rows, shape.width, shape.width),
        (rows, shape.width, shape.inner),
        (rows, shape.inner, shape.width),
        (large, large, large),
    ]
    work, calls = {}, {}
    for kind in KINDS:
        for size in sizes:
            name = f"{kind}, {' × '.join(map(str, size))}"
            work[name] = REPEATED * size[0] * size[1] * size[2]
            calls[name] = clocked(multiplier(kind, *size))
    spent = interleaved(calls, ROUNDS)
    return {name: [work[name] / s for s in seconds] for name, seconds in spent.items()}


def share(texts: list[str], rounds: int) -> str:
    """Return the rates of products, and what the encoder reaches of the greatest."""
    nlp = baoshu.load()
    shape = shape_of(nlp)
    measured = rates(shape)
    limits = {
        kind: max(max(r) for name, r in measured.items() if name.startswith(kind))
        for kind in KINDS
    }
    run, counts, whole = shim_of(nlp).run, [], clocked(partial(_read, nlp, texts))

    def counted() -> float:
        counts.append(Counted(run, shape))
        shim_of(nlp).run = counts[-1].run
        return whole()

    seconds = interleaved({"all": counted}, rounds)["all"]
    counts = counts[1:]  # the first warmed up
    reached = [c.multiply_adds / c.seconds for c in counts]
    of_all = [c.seconds / s for c, s in zip(counts, seconds, strict=True)]
    giga = [[r / 1e9 for r in values] for values in measured.values()]
    rows = [(name, spread(g)) for name, g in zip(measured, giga, strict=True)]
    rows.append(("the encoder", spread([r / 1e9 for r in reached])))
    said = [
        f"{spread([100 * r / limit for r in reached])} % of the {kind} limit"
        for kind, limit in limits.items()
    ]
    characters = sum(map(len, texts))
    return "\n\n".join(
        (
            table(("product", "10⁹ multiply-adds a second"), rows),
            f"The encoder ({shape.layers} layers of {shape.width}) reaches {' and '.join(said)}, the greatest rate of "
            f"any shape in any round. It takes {spread([100 * s for s in of_all])} % of the time from text to "
            f"figures, and computes {counts[0].positions / characters:.2f} positions a character (the rest is "
            "context where a long paragraph is cut).",
        )
    )


def _read(nlp: Language, texts: list[str]) -> None:
    for doc in nlp.pipe(texts):
        baoshu.facts(doc)
