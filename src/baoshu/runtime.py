"""The encoder for inference: the exported BERT on ONNX Runtime, no torch.

The same interface as `encoder`: ``Model[List[Doc], List[Floats2d]]`` in the stock
`tok2vec` pipe. It cannot be trained; `spacy train` uses the torch encoder.
"""

import os
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import onnxruntime
from spacy.tokens import Doc
from thinc.api import Model, Shim
from thinc.types import Floats2d

from baoshu import windows
from baoshu.chars import read_vocabulary

CharModel: TypeAlias = Model[list[Doc], list[Floats2d]]

# Positions in one call: a window, or short ones of one length. Two long windows at once
# are no faster than one after the other, and take twice the memory.
BUDGET = 512

# Closing a session waits for its threads. One that came through a fork has none, and
# would wait for ever: it is kept instead.
_INHERITED: list[onnxruntime.InferenceSession | None] = []


class OnnxShim(Shim):
    """Holds the bytes of an ONNX model and, a process, one session over them.

    A session does not outlive a fork: its threads stay behind. So the first call in a
    new process opens another.
    """

    def __init__(self, model: bytes = b"") -> None:
        super().__init__(model)
        self._session: onnxruntime.InferenceSession | None = None
        self._process = 0

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_session": None, "_process": 0}

    def __call__(self, inputs: Any, is_train: bool) -> tuple[np.ndarray, Callable]:
        raise NotImplementedError("use `run`: this encoder is for inference only")

    def run(self, batch: np.ndarray) -> np.ndarray:
        """Return hidden states, (b, n, width) float32, of ids, (b, n) int64.

        A row is as long as its text: no padding.
        """
        if self._session is None or self._process != os.getpid():
            _INHERITED.append(self._session)
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            # What goes beyond makes sums and norms one operator, which is five times
            # as slow as the two.
            options.graph_optimization_level = (
                onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
            )
            self._session = onnxruntime.InferenceSession(
                self._model, options, providers=["CPUExecutionProvider"]
            )
            self._process = os.getpid()
        return self._session.run(None, {"input_ids": batch})[0]

    def to_bytes(self) -> bytes:
        return self._model

    def from_bytes(self, bytes_data: bytes) -> "OnnxShim":
        self._model, self._session = bytes_data, None
        return self

    def copy(self) -> "OnnxShim":
        return OnnxShim(self._model)


def build_onnx_encoder(width: int, window: int, context: int) -> CharModel:
    """Build the encoder; ``from_bytes`` of a packaged pipeline gives it its weights.

    Args:
        width: Columns of the output.
        window: The most characters that go in at once, context included.
        context: Characters of context on each side of what a long document is cut to.

    Returns:
        Model[List[Doc], List[Floats2d]]: one (len(doc), width) float32 a Doc.
    """
    return Model(
        "onnx_char_encoder",
        _forward,
        dims={"nO": width},
        attrs={"vocab": "", "window": window, "context": context},
        shims=[OnnxShim()],
    )


def _forward(
    model: CharModel, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable]:
    if is_train:
        raise NotImplementedError(
            "the packaged pipeline is for inference: train with configs/reports.cfg"
        )
    texts = [[token.text for token in doc] for doc in docs]
    vocabulary = read_vocabulary(model.attrs["vocab"])
    ids = [vocabulary.ids(tokens) for tokens in texts]
    window, context = model.attrs["window"], model.attrs["context"]
    cuts = [
        cut
        for i, tokens in enumerate(texts)
        for cut in windows.cut(tokens, window, context, i)
    ]
    run = model.shims[0].run
    hidden = windows.encode(cuts, ids, run, model.get_dim("nO"), BUDGET)
    return hidden, lambda d_hidden: []
