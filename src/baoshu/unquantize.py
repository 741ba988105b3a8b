"""From the pipeline that ships back to one that can be trained: `graph` and `quantize`
undone.

The weights come back as their int8 steps and half precision left them; what rounding
took is not there any more (less than 10 % rms of the hidden states).
"""

from typing import TYPE_CHECKING

import numpy as np
from spacy.language import Language
from thinc.api import Model

from baoshu.checkpoint import Sizes, bert_config
from baoshu.encoder import build_char_encoder, load_bert
from baoshu.errors import BaoshuError
from baoshu.messages import _

if TYPE_CHECKING:
    import torch
    from onnx import GraphProto, NodeProto

_HALF = 16  # of the 32 weights of a block: those in the low nibbles


def unquantize(shipped: Model, trained: Model) -> None:
    """Give a torch encoder the weights and the vocabulary of one on ONNX Runtime.

    Args:
        shipped: A `runtime` encoder with its weights.
        trained: An `encoder` of the same width; what it held is gone.
    """
    trained.shims[0]._model = to_bert(shipped.shims[0].to_bytes())
    trained.attrs["vocab"] = shipped.attrs["vocab"]


def to_device(nlp: Language, device: str) -> None:
    """Let a packaged pipeline encode in torch, its heads where they were.

    Args:
        nlp: Its `tok2vec` is a `runtime` encoder, or one of `encoder` already.
        device: "cuda", "cuda:1", "cpu", ... as torch names them.

    Raises:
        BaoshuError: torch is not installed, or has no such device.
    """
    pipe = nlp.get_pipe("tok2vec")
    try:
        import torch

        if pipe.model.name == "onnx_char_encoder":
            attrs, width = pipe.model.attrs, pipe.model.get_dim("nO")
            encoder = build_char_encoder(
                "", width, attrs["window"], attrs["context"], learn_rate_scale=1.0
            )
            unquantize(pipe.model, encoder)
            pipe.model = encoder
        pipe.model.shims[0]._model.to(torch.device(device))
    except (ImportError, RuntimeError, AssertionError) as error:
        raise BaoshuError(
            _(
                "device {device}: not to be had ({why}): pip install baoshu[train] with "
                "a torch made for it, or leave the device out"
            ).format(device=device, why=" ".join(str(error).split()))
        ) from error


def to_bert(model: bytes) -> "torch.nn.Module":
    """Return the BertModel that `graph.to_onnx` and `quantize.quantize` wrote."""
    import onnx
    import torch
    from onnx import numpy_helper

    graph = onnx.load_from_string(model).graph
    arrays = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    factors = _factors(graph, arrays)
    bert = load_bert(_config(graph, arrays))
    state = {}
    for name, parameter in bert.named_parameters():
        value = _weight(f"bert.{name}", arrays, factors)
        state[name] = torch.tensor(np.ascontiguousarray(value, dtype=np.float32))
        assert state[name].shape == parameter.shape, name
    bert.load_state_dict(state)
    return bert


def _config(graph: "GraphProto", arrays: dict[str, np.ndarray]) -> dict[str, object]:
    attention = [n for n in graph.node if n.op_type == "MultiHeadAttention"]
    norm = next(n for n in graph.node if n.op_type == "LayerNormalization")
    about = "bert.embeddings"
    positions, hidden = arrays[f"{about}.position_embeddings.weight.half"].shape
    types = len(arrays[f"{about}.token_type_embeddings.weight.half"])
    words = f"{about}.word_embeddings.weight"
    vocabulary = len(arrays.get(f"{words}.packed", arrays.get(f"{words}.half", ())))
    inner = len(arrays["bert.encoder.layer.0.intermediate.dense.bias.half"])
    heads = int(_attribute(attention[0], "num_heads"))
    eps = float(_attribute(norm, "epsilon"))
    sizes = Sizes(
        hidden, len(attention), heads, inner, vocabulary, positions, types, eps
    )
    return bert_config(sizes, vocabulary)


def _attribute(node: "NodeProto", name: str) -> int | float:
    from onnx import helper

    found = next(a for a in node.attribute if a.name == name)
    return helper.get_attribute_value(found)


def _factors(
    graph: "GraphProto", arrays: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return what the rows of each integer weight were multiplied by, by its name."""
    return {
        node.input[1].removesuffix(".int8"): arrays[
            node.input[0].replace(".uint8", ".factors")
        ]
        for node in graph.node
        if node.op_type == "MatMulIntegerToFloat"
    }


def _weight(
    name: str, arrays: dict[str, np.ndarray], factors: dict[str, np.ndarray]
) -> np.ndarray:
    product = f"{name}.T"
    if product in factors:
        columns = arrays[f"{product}.int8"] * arrays[f"{product}.scales"]
        return (columns * factors[product][:, None]).T
    if f"{name}.packed" in arrays:
        return _unpacked(arrays[f"{name}.packed"], arrays[f"{name}.scales"])
    if f"{product}.half" in arrays:
        return arrays[f"{product}.half"].T
    return arrays[f"{name}.half"]


def _unpacked(packed: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return the weights, (n, width), of nibbles, (n, width / 2), and block scales."""
    blocks = packed.reshape(len(packed), -1, _HALF)
    raised = np.concatenate([blocks & 15, blocks >> 4], axis=2).astype(np.float32)
    weights = (raised - 8) * scales.astype(np.float32)[..., None]
    return weights.reshape(len(packed), -1)
