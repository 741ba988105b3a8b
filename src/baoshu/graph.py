"""The encoder as an ONNX graph, node by node as ONNX Runtime runs it fastest.

What ``torch.onnx.export`` makes of the same network takes half as long again: it masks
every score of attention, and writes scores and weights out between its nodes. Here
attention is one node, and no row is padded, so there is nothing to mask.

Word embeddings that lie on their 4-bit grid are stored as nibbles and scales (exact:
they are not trained), all else in half precision (exact too: the trained pipeline is
saved so); ONNX Runtime folds the casts when it loads.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch
    from onnx import NodeProto

_BLOCK, _LOWEST = 32, -8  # Q4_0: 32 weights share a scale, the extreme one is -8 of it
_OPSET, _IR = 20, 10
RUNTIME = "com.microsoft"  # the domain of ONNX Runtime's own operators


def to_onnx(bert: "torch.nn.Module") -> bytes:
    """Write a BertModel.

    Args:
        bert: Maps ids, (b, n) int64, to hidden states.

    Returns:
        An ONNX model with the input input_ids, (b, n) int64, and the output hidden,
        (b, n, width) float32. All n ids of a row count: padding would be read as text.
    """
    import onnx
    from onnx import TensorProto, helper

    config = bert.config
    eps = config.layer_norm_eps
    weights = {
        f"bert.{name}": p.detach().cpu().numpy() for name, p in bert.named_parameters()
    }
    graph = _Graph(weights)
    x = _embeddings(graph, "bert.embeddings", eps)
    for i in range(config.num_hidden_layers):
        x = _layer(graph, f"bert.encoder.layer.{i}", x, config.num_attention_heads, eps)
    graph.add("Identity", [x], "hidden")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["b", "n"])
    shape = ["b", "n", config.hidden_size]
    hidden = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, shape)
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", [ids], [hidden], graph.tensors),
        opset_imports=[
            helper.make_opsetid("", _OPSET),
            helper.make_opsetid(RUNTIME, 1),
        ],
        ir_version=_IR,
    )
    onnx.checker.check_model(model)
    return model.SerializeToString()


class _Graph:
    """Nodes and stored tensors, in the order in which they are added."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: list[Any] = []
        self.weights = weights

    def add(
        self,
        kind: str,
        inputs: list[str],
        output: str,
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Add a node and return the name of its one output."""
        from onnx import helper

        node = helper.make_node(kind, inputs, [output], domain=domain, **attributes)
        self.nodes.append(node)
        return output

    def store(self, name: str, values: np.ndarray) -> str:
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, transposed: bool = False) -> str:
        """Store a weight in half precision and return the name of its float32."""
        from onnx import TensorProto

        values = self.weights[name].T if transposed else self.weights[name]
        name = f"{name}.T" if transposed else name
        half = self.store(f"{name}.half", values.astype(np.float16))
        return self.add("Cast", [half], name, to=TensorProto.FLOAT)

    def product(self, x: str, name: str, output: str) -> str:
        """Add x · W + b, with the weights of a torch Linear."""
        weight = self.weight(f"{name}.weight", transposed=True)
        raw = self.add("MatMul", [x, weight], f"{output}.raw")
        return self.add("Add", [raw, self.weight(f"{name}.bias")], output)

    def norm(self, x: str, name: str, output: str, eps: float) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        inputs = [x, scale, shift]
        return self.add("LayerNormalization", inputs, output, axis=-1, epsilon=eps)


def _layer(graph: _Graph, name: str, x: str, heads: int, eps: float) -> str:
    """Add a layer; ``x`` and what is returned are (b, n, width)."""
    about = f"{name}.attention"
    asked = [
        graph.product(x, f"{about}.self.{part}", f"{about}.{part}")
        for part in ("query", "key", "value")
    ]
    mixed = graph.add(
        "MultiHeadAttention", asked, f"{about}.mixed", RUNTIME, num_heads=heads
    )
    y = graph.product(mixed, f"{about}.output.dense", f"{about}.out")
    y = graph.add("Add", [y, x], f"{about}.sum")
    x = graph.norm(y, f"{about}.output.LayerNorm", f"{about}.norm", eps)
    y = graph.product(x, f"{name}.intermediate.dense", f"{name}.inner")
    y = graph.add("Gelu", [y], f"{name}.gelu")
    y = graph.product(y, f"{name}.output.dense", f"{name}.out")
    y = graph.add("Add", [y, x], f"{name}.sum")
    return graph.norm(y, f"{name}.output.LayerNorm", f"{name}.norm", eps)


def _embeddings(graph: _Graph, name: str, eps: float) -> str:
    words = f"{name}.word_embeddings.weight"
    grid = _grid(graph.weights[words])
    if grid is None:
        found = graph.add("Gather", [graph.weight(words), "input_ids"], f"{name}.words")
    else:
        found = _gather_on_grid(graph, words, *grid)
    zero = graph.store(f"{name}.zero", np.array([0], dtype=np.int64))
    n = graph.add("Shape", ["input_ids"], f"{name}.n", start=1, end=2)
    places = graph.weight(f"{name}.position_embeddings.weight")
    places = graph.add("Slice", [places, zero, n, zero], f"{name}.places")
    kinds = graph.weight(f"{name}.token_type_embeddings.weight")
    kind = graph.add("Gather", [kinds, zero], f"{name}.kind")
    where = graph.add("Add", [places, kind], f"{name}.where")
    x = graph.add("Add", [found, where], f"{name}.sum")
    return graph.norm(x, f"{name}.LayerNorm", f"{name}.norm", eps)


def _grid(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return int8 weights and their fp16 scales where that is exact, else None."""
    if weights.shape[1] % _BLOCK:
        return None
    blocks = weights.reshape(len(weights), -1, _BLOCK)
    at = np.abs(blocks).argmax(axis=2)[..., None]
    scales = np.take_along_axis(blocks, at, axis=2) / _LOWEST
    safe = np.where(scales == 0, 1, scales)
    quants = np.rint(blocks / safe)
    half = scales.astype(np.float16)
    exact = (quants * half.astype(np.float32) == blocks).all()
    if not exact:
        return None
    return quants.astype(np.int8).reshape(weights.shape), half[..., 0]


def _gather_on_grid(
    graph: _Graph, name: str, quants: np.ndarray, scales: np.ndarray
) -> str:
    """Add look-up, unpacking and multiplication, and return the embeddings' name.

    Two weights share a byte as in Q4_0: byte j of a block holds weight j in its low
    and weight j + 16 in its high nibble, each raised by 8.
    """
    from onnx import TensorProto

    raised = (quants - _LOWEST).astype(np.uint8).reshape(len(quants), -1, _BLOCK)
    packed = raised[..., : _BLOCK // 2] | raised[..., _BLOCK // 2 :] << 4
    for suffix, values in {
        "packed": packed.reshape(len(quants), -1),
        "scales": scales,
        "blocked": np.array([0, 0, -1, _BLOCK // 2], dtype=np.int64),
        "flat": np.array([0, 0, quants.shape[1]], dtype=np.int64),
        "last": np.array([-1], dtype=np.int64),
        "sixteen": np.array(16, dtype=np.float32),
        "lowest": np.array(_LOWEST, dtype=np.float32),
    }.items():
        graph.store(f"{name}.{suffix}", values)
    to_float = {"to": TensorProto.FLOAT}
    steps: list[tuple[str, list[str], str, dict[str, Any]]] = [
        ("Gather", ["packed", "input_ids"], "bytes", {}),
        ("Cast", ["bytes"], "floats", to_float),
        ("Reshape", ["floats", "blocked"], "blocks", {}),
        ("Div", ["blocks", "sixteen"], "shifted", {}),
        ("Floor", ["shifted"], "high", {}),
        ("Mul", ["high", "sixteen"], "high16", {}),
        ("Sub", ["blocks", "high16"], "low", {}),
        ("Concat", ["low", "high"], "raised", {"axis": -1}),
        ("Add", ["raised", "lowest"], "quants", {}),
        ("Gather", ["scales", "input_ids"], "halves", {}),
        ("Cast", ["halves"], "singles", to_float),
        ("Unsqueeze", ["singles", "last"], "scale", {}),
        ("Mul", ["quants", "scale"], "values", {}),
        ("Reshape", ["values", "flat"], "words", {}),
    ]
    for kind, inputs, output, attributes in steps:
        named = [i if i == "input_ids" else f"{name}.{i}" for i in inputs]
        graph.add(kind, named, f"{name}.{output}", **attributes)
    return f"{name}.words"
