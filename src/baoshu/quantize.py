"""Eight-bit products for the exported encoder, ranges measured once and stored.

The products with weights, six a layer, take uint8 activations and int8 weights and add
in int32. All else stays float32: embeddings, attention's two products of activations,
Softmax, Gelu, LayerNorm and the sums.

- Ranges of activations are measured on text and stored, one a product, so what a row
  becomes does not depend on its batch.
- A few channels of a BERT are ten times as wide as the rest and would leave these a few
  steps. Each channel is divided by a factor that its weights are multiplied by, as in
  SmoothQuant (Xiao et al., 2023, arXiv:2211.10438).
- Weights have one scale a column. AVX2 without VNNI multiplies uint8 by int8 and adds
  neighbours in int16 (vpmaddubsw), which saturates. Scales are chosen so that no
  neighbours can: all processors then add up the same, and it costs less than seven bits.
- What rounding a weight loses is made up for by the weights of its column that are not
  rounded yet (GPTQ, Frantar et al., 2022, arXiv:2210.17323).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from spacy.tokens import Doc

from baoshu import windows
from baoshu.chars import CharVocabulary
from baoshu.graph import RUNTIME

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

Products: TypeAlias = "dict[str, list[tuple[NodeProto, NodeProto]]]"

_WINDOWS = 64  # with 8 the error is a tenth greater
_SHARE = 0.75  # of a channel's width its weights take over: the least error tried
_STEPS = 255
_PAIR = 127  # |w| + |w'| of neighbours: 128 after rounding, and 255 · 128 < 2¹⁵
_DAMP = 0.01  # of the mean square of an input, so that every matrix has an inverse
_LEAST = 1e-5  # a channel that is always 0 is not divided by 0


def sample(
    docs: Sequence[Doc], vocabulary: CharVocabulary, window: int, context: int
) -> Iterator[np.ndarray]:
    """Yield the ids of windows spread evenly over Docs, (1, n) int64 each."""
    texts = [[token.text for token in doc] for doc in docs]
    ids = [vocabulary.ids(tokens) for tokens in texts]
    cuts = [
        cut
        for i, tokens in enumerate(texts)
        for cut in windows.cut(tokens, window, context, i)
    ]
    for cut in cuts[:: -(-len(cuts) // _WINDOWS) or 1]:
        yield windows.pad([cut], ids)


def quantize(model: bytes, batches: Iterable[np.ndarray]) -> bytes:
    """Put integer products into an encoder.

    Args:
        model: What `graph.to_onnx` returns.
        batches: Ids, (b, n) int64, of text to measure activations on.

    Returns:
        A model with the same inputs and output, for ONNX Runtime alone: integer
        products with a float result are its own operator, MatMulIntegerToFloat.
    """
    import onnx

    proto = onnx.load_from_string(model)
    products = _products(proto.graph)
    inputs = _inputs(model, list(products), batches)
    _replace(proto.graph, products, inputs)
    onnx.checker.check_model(proto)
    return proto.SerializeToString()


def _products(graph: "GraphProto") -> Products:
    """Return the products with weights, and the sums with their biases, by the name of
    their activations."""
    stored = set(_stored(graph))
    sums = {node.input[0]: node for node in graph.node if node.op_type == "Add"}
    found: Products = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            found.setdefault(node.input[0], []).append((node, sums[node.output[0]]))
    return found


def _stored(graph: "GraphProto") -> dict[str, "TensorProto"]:
    """Return the stored half-precision tensors by the names of their float32 casts."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    return {
        node.output[0]: tensors[node.input[0]]
        for node in graph.node
        if node.op_type == "Cast" and node.input[0] in tensors
    }


@dataclass
class _Inputs:
    """What was seen of the activations that go into a product.

    Attributes:
        low, high: The least and the greatest value of each channel, (k,).
        moments: Their products with one another, summed over positions, (k, k).
        n: How many positions.
    """

    low: np.ndarray
    high: np.ndarray
    moments: np.ndarray
    n: int = 0

    def see(self, rows: np.ndarray) -> None:
        """Take in activations, (n, k) float32."""
        self.low = np.minimum(self.low, rows.min(axis=0))
        self.high = np.maximum(self.high, rows.max(axis=0))
        self.moments += rows.T @ rows
        self.n += len(rows)


def _inputs(
    model: bytes, names: list[str], batches: Iterable[np.ndarray]
) -> dict[str, _Inputs]:
    """Return what is seen of the activations of each name."""
    import onnx
    import onnxruntime

    proto = onnx.load_from_string(model)
    for name in names:
        output = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        proto.graph.output.append(output)
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, _Inputs] = {}
    for ids in batches:
        values = session.run(names, {"input_ids": ids})
        for name, value in zip(names, values, strict=True):
            rows = value.reshape(-1, value.shape[-1])
            k = rows.shape[1]
            none = _Inputs(rows[0], rows[0], np.zeros((k, k)))
            found.setdefault(name, none).see(rows)
    return found


def _replace(
    graph: "GraphProto", products: Products, inputs: dict[str, _Inputs]
) -> None:
    """Write the integer products where the float ones stand."""
    from onnx import numpy_helper

    stored = _stored(graph)
    replaced: dict[str, list[NodeProto]] = {}
    gone: set[str] = set()
    for x, pairs in products.items():
        names = [product.input[1] for product, _ in pairs]
        weights = [
            numpy_helper.to_array(stored[name]).astype(np.float32) for name in names
        ]
        seen, together = inputs[x], np.concatenate(weights, axis=1)
        factors, scale, zero = _steps(seen.low, seen.high, together)
        moments = seen.moments / seen.n / np.outer(factors, factors)
        tensors = {f"{x}.factors": 1 / factors, f"{x}.scale": scale, f"{x}.zero": zero}
        for name, weight in zip(names, weights, strict=True):
            quants, scales = _columns(weight * factors[:, None], moments)
            tensors |= {f"{name}.int8": quants, f"{name}.scales": scales}
            graph.initializer.remove(stored[name])
        graph.initializer.extend(
            numpy_helper.from_array(np.asarray(value), name)
            for name, value in tensors.items()
        )
        replaced |= _nodes(x, pairs)
        gone |= {*names, *(product.output[0] for product, _ in pairs)}
    kept = [node for node in graph.node if node.output[0] not in gone]
    nodes_now = [n for node in kept for n in replaced.get(node.output[0], [node])]
    del graph.node[:]
    graph.node.extend(nodes_now)


def _nodes(
    x: str, pairs: list[tuple["NodeProto", "NodeProto"]]
) -> dict[str, list["NodeProto"]]:
    """Return what stands for each product of x and its sum, by the name of the sum.

    The first brings the division and the rounding that all share.
    """
    from onnx import helper

    shared = [
        helper.make_node("Mul", [x, f"{x}.factors"], [f"{x}.even"]),
        helper.make_node(
            "QuantizeLinear", [f"{x}.even", f"{x}.scale", f"{x}.zero"], [f"{x}.uint8"]
        ),
    ]
    made = {}
    for product, total in pairs:
        weight, bias = product.input[1], total.input[1]
        inputs = [f"{x}.uint8", f"{weight}.int8", f"{x}.scale", f"{weight}.scales"]
        inputs += [f"{x}.zero", "", bias]  # the weights' zero is 0
        node = helper.make_node(
            "MatMulIntegerToFloat", inputs, list(total.output), domain=RUNTIME
        )
        made[total.output[0]] = [*shared, node]
        shared = []
    return made


def _steps(
    low: np.ndarray, high: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.float32, np.uint8]:
    """Return the factor of each channel, (k,), and the step and zero of all of them.

    Args:
        low, high: Range of each channel, (k,).
        weights: What the channels are multiplied by, (k, n).
    """
    width = np.maximum(np.maximum(-low, high), _LEAST)
    reach = np.maximum(np.abs(weights).max(axis=1), _LEAST)
    factors = (width**_SHARE / reach ** (1 - _SHARE)).astype(np.float32)
    lowest = min(float((low / factors).min()), 0.0)
    highest = max(float((high / factors).max()), 0.0)
    scale = max(highest - lowest, _LEAST) / _STEPS
    return factors, np.float32(scale), np.uint8(np.rint(-lowest / scale))


def _columns(weights: np.ndarray, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return int8 weights, (k, n), and the scale of each column, (n,) float32.

    Rows 2i and 2i + 1 are the neighbours that ONNX Runtime adds in int16.

    Args:
        weights: (k, n) float32.
        moments: (k, k), the mean products of what they are multiplied by.
    """
    sizes = np.abs(weights)
    if len(sizes) % 2:
        sizes = np.vstack([sizes, np.zeros_like(sizes[:1])])
    pairs = sizes[::2] + sizes[1::2]
    scales = np.maximum(pairs.max(axis=0), _LEAST) / np.float32(_PAIR)
    return _rounded(weights / scales, moments), scales.astype(np.float32)


def _rounded(weights: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Round row by row, and pass on what is lost to the rows that follow."""
    k = len(weights)
    damped = moments + np.eye(k) * max(_DAMP * np.trace(moments) / k, _LEAST)
    passed = np.linalg.cholesky(np.linalg.inv(damped)).T  # upper triangle
    left = weights.astype(np.float64)
    out = np.zeros(weights.shape, dtype=np.int8)
    for i in range(k):
        most = _PAIR + 1 - np.abs(out[i - 1].astype(np.int16)) if i % 2 else _PAIR
        out[i] = np.clip(
            np.rint(left[i]), -np.minimum(most, _PAIR), np.minimum(most, _PAIR)
        )
        lost = (left[i] - out[i]) / passed[i, i]
        left[i + 1 :] -= np.outer(passed[i, i + 1 :], lost)
    return out
