"""BERTs by their sizes: their multiply-adds, and those with random weights in torch."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from spacy.language import Language

from baoshu.chars import read_vocabulary
from baoshu.windows import SPECIAL, Run
from benchmarks.remembered import Recorder, shim_of
from benchmarks.report import cores

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT: layers, columns of the hidden states, heads, inner columns."""

    layers: int
    width: int
    heads: int
    inner: int

    def multiply_adds(self, rows: int, positions: int) -> int:
        """Return the multiply-adds of the layers for a batch of ids, (rows, positions).

        A position takes part in four products of width × width (query, key, value,
        output), two of width × inner, and with each position of its row in a score and
        in a mix. Embeddings, norms and activations are not counted.
        """
        dense = 4 * self.width**2 + 2 * self.width * self.inner
        attention = 2 * positions * self.width
        return self.layers * rows * positions * (dense + attention)


BERT_BASE = Shape(12, 768, 12, 3072)


def shape_of(nlp: Language) -> Shape:
    """Return the sizes of a pipeline's encoder: heads of 32 columns, four times as many
    inner columns, as all of MiniLM's family; layers as its weights are named."""
    encoder = nlp.get_pipe("tok2vec").model
    names = re.findall(rb"encoder\.layer\.(\d+)\.", shim_of(nlp).to_bytes())
    width = encoder.get_dim("nO")
    return Shape(1 + max(map(int, names)), width, width // 32, 4 * width)


def random_bert(shape: Shape, pieces: int, positions: int) -> "torch.nn.Module":
    """Return a float32 BertModel without pooler, with transformers' usual attention."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=pieces,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=positions,
    )
    return BertModel(config, add_pooling_layer=False).eval()


def put_torch(nlp: Language, shape: Shape, recorded: Recorder) -> None:
    """Give a pipeline a torch network of random weights, for its time alone.

    It runs on every batch that our own network would run on; what comes out is thrown
    away, and what ours said of the same batch goes on to the heads.
    """
    import torch

    torch.set_num_threads(cores())
    attrs = nlp.get_pipe("tok2vec").model.attrs
    pieces = len(read_vocabulary(attrs["vocab"]).pieces)
    bert = random_bert(shape, pieces, attrs["window"] + SPECIAL)

    def run(batch: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            bert(input_ids=torch.from_numpy(batch))
        return recorded.again(batch)

    shim_of(nlp).run = run


class Counted:
    """A network whose time and work are counted.

    Attributes:
        seconds: By the clock.
        multiply_adds: What was computed, context included.
        positions: Likewise.
    """

    def __init__(self, run: Run, shape: Shape) -> None:
        self._run, self._shape = run, shape
        self.seconds, self.multiply_adds, self.positions = 0.0, 0, 0

    def run(self, batch: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        hidden = self._run(batch)
        self.seconds += time.perf_counter() - start
        self.multiply_adds += self._shape.multiply_adds(*batch.shape)
        self.positions += batch.size
        return hidden
