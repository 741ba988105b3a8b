"""The torch encoder for training: a character BERT as the model of a `tok2vec` pipe.

``Model[List[Doc], List[Floats2d]]``, one row a token. Weights, config and vocabulary
live in a shim and in the attributes of one thinc layer, so that a trained pipeline
loads without the folder it was trained from. Only this file and `export` need torch.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from spacy.tokens import Doc
from thinc.api import ArgsKwargs, Model, Optimizer, PyTorchShim, torch2xp, xp2torch
from thinc.types import Floats2d

from baoshu import windows
from baoshu.chars import PAD, read_vocabulary
from baoshu.errors import ConfigError

if TYPE_CHECKING:
    import torch

CharModel: TypeAlias = Model[list[Doc], list[Floats2d]]

BUDGET = 16_384  # positions in one call, at prediction


class BertShim(PyTorchShim):
    """A torch shim whose weights learn at a share of the optimizer's rate.

    A new head wants a rate ten times that of a pretrained encoder.
    """

    learn_rate_scale = 1.0

    def finish_update(self, optimizer: Optimizer) -> None:
        super().finish_update(partial(optimizer, lr_scale=self.learn_rate_scale))


def build_char_encoder(
    path: str,
    width: int,
    window: int,
    context: int,
    learn_rate_scale: float,
    mixed_precision: bool = False,
) -> CharModel:
    """Build the encoder; weights come from ``path`` when training is initialised.

    Args:
        path: A folder written by ``baoshu checkpoint``.
        width: Columns of the output; must be the hidden size of the checkpoint.
        window: The most characters that go in at once, context included.
        context: Characters of context on each side of what a long document is cut to.
        learn_rate_scale: The encoder's share of the optimizer's rate.
        mixed_precision: Whether products are of bfloat16 numbers in training: twice as
            fast where the processor knows them (AVX512-BF16, AMX), else slower.

    Returns:
        Model[List[Doc], List[Floats2d]]: one (len(doc), width) float32 a Doc.
    """
    import torch

    shim = BertShim(
        torch.nn.Identity(), serialize_model=_to_bytes, deserialize_model=_from_bytes
    )
    shim.learn_rate_scale = learn_rate_scale
    attrs = {
        "vocab": "",
        "path": path,
        "window": window,
        "context": context,
        "mixed_precision": mixed_precision,
    }
    return Model(
        "char_encoder",
        _forward,
        init=_init,
        dims={"nO": width},
        attrs=attrs,
        shims=[shim],
    )


def load_bert(config: dict[str, Any]) -> "torch.nn.Module":
    """Return an untrained BertModel without pooler whose word embeddings are frozen.

    They come from a 4-bit grid and a few hundred reports move most of them never.
    """
    from transformers import BertConfig, BertModel

    bert = BertModel(BertConfig(**config), add_pooling_layer=False)
    bert.embeddings.word_embeddings.weight.requires_grad_(False)
    return bert


def _init(model: CharModel, X: Any = None, Y: Any = None) -> None:
    shim = model.shims[0]
    if model.attrs["vocab"]:
        return  # already holds weights: a pipeline that is trained on
    from safetensors.torch import load_file

    folder = Path(model.attrs["path"])
    try:
        config = json.loads((folder / "config.json").read_text("utf8"))
        vocab = (folder / "vocab.txt").read_bytes().decode("utf8")
        state = load_file(folder / "model.safetensors")
    except OSError as error:
        raise ConfigError(
            f"{folder}: no base checkpoint there ({error}): run `baoshu checkpoint`"
        ) from error
    most = config["max_position_embeddings"] - windows.SPECIAL
    if model.attrs["window"] > most or model.get_dim("nO") != config["hidden_size"]:
        raise ConfigError(
            f"{folder}: a checkpoint of width {config['hidden_size']} that reads {most} "
            f"characters, but the config says width {model.get_dim('nO')}, window "
            f"{model.attrs['window']}"
        )
    bert = load_bert(config)
    bert.load_state_dict(state)
    shim._model = bert
    model.attrs["vocab"] = vocab


def _to_bytes(bert: "torch.nn.Module") -> bytes:
    """Write safetensors: trained tensors in half precision, frozen ones as they are."""
    import torch
    from safetensors.torch import save

    if isinstance(bert, torch.nn.Identity):
        return b""
    trained = {name for name, p in bert.named_parameters() if p.requires_grad}
    tensors = {
        name: tensor.half() if name in trained else tensor
        for name, tensor in bert.state_dict().items()
    }
    tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    return save(tensors, metadata={"config": bert.config.to_json_string()})


def _from_bytes(_: Any, data: bytes, device: Any) -> "torch.nn.Module":
    import torch
    from safetensors.torch import load

    if not data:
        return torch.nn.Identity()
    header = int.from_bytes(data[:8], "little")
    config = json.loads(data[8 : 8 + header])["__metadata__"]["config"]
    bert = load_bert(json.loads(config))
    bert.load_state_dict({name: t.float() for name, t in load(data).items()})
    return bert.to(device)


def _forward(
    model: CharModel, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    attrs, width = model.attrs, model.get_dim("nO")
    texts = [[token.text for token in doc] for doc in docs]
    vocabulary = read_vocabulary(attrs["vocab"])
    ids = [vocabulary.ids(tokens) for tokens in texts]
    cuts = [
        window
        for i, tokens in enumerate(texts)
        for window in windows.cut(tokens, attrs["window"], attrs["context"], i)
    ]
    if is_train and cuts:
        return _train(model, ids, cuts)

    shim = model.shims[0]

    def run(batch: np.ndarray) -> np.ndarray:
        output = shim.predict(_args(batch, _device(shim._model)))
        return model.ops.to_numpy(torch2xp(output[0].cpu()))

    hidden = windows.encode(cuts, ids, run, width, BUDGET)
    return [model.ops.asarray2f(h) for h in hidden], lambda d_hidden: []


def _device(bert: "torch.nn.Module") -> "torch.device":
    return next(bert.parameters()).device


def _args(batch: np.ndarray, device: "torch.device") -> ArgsKwargs:
    ids = xp2torch(batch).to(device)
    tensors = {"input_ids": ids, "attention_mask": (ids != PAD).long()}
    return ArgsKwargs(args=(), kwargs=tensors)


def _train(
    model: CharModel, ids: list[np.ndarray], cuts: list[windows.Window]
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Run all windows in one padded call and return the gradient's way back."""
    import torch

    width, shim, ops = model.get_dim("nO"), model.shims[0], model.ops
    device, halved = _device(shim._model), model.attrs["mixed_precision"]
    args = _args(windows.pad(cuts, ids), device)
    with torch.autocast(device.type, torch.bfloat16, enabled=halved):
        output, backprop_torch = shim(args, True)
    hidden = torch2xp(output[0])
    out = [ops.alloc2f(len(doc), width) for doc in ids]
    for row, window in enumerate(cuts):
        out[window.doc][window.core_start : window.core_end] = hidden[
            row, windows.rows(window)
        ]

    def backprop(d_out: list[Floats2d]) -> list[Doc]:
        d_hidden = ops.alloc(hidden.shape)
        for row, window in enumerate(cuts):
            d_hidden[row, windows.rows(window)] = d_out[window.doc][
                window.core_start : window.core_end
            ]
        grads = ArgsKwargs(
            args=((output[0],),), kwargs={"grad_tensors": (xp2torch(d_hidden),)}
        )
        backprop_torch(grads)
        return []

    return out, backprop
