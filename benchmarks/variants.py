"""What was tried in the recipe's place, for `spacy train --code benchmarks/variants.py`.

Each is one part of configs/reports.cfg put another way, by an override on the command
line; models/README.md has the commands and what came of them. None ships.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.batchers import (
    configure_minibatch_by_padded_size as minibatch_by_padded_size,
)
from thinc.api import Model, Optimizer
from thinc.types import Floats2d

from baoshu import encoder, linker, linker_model, ner, ner_model
from baoshu.labels import ENTITY_LABELS
from benchmarks import damage, span_scorer  # noqa: F401  registers two others

LAYERS = 12
Batcher = Callable[[Iterable[Example]], Iterator[list[Example]]]


@registry.batchers("variant.Twice.v1")
def create_twice(size: int, buffer: int, discard_oversize: bool) -> Batcher:
    """Return half as many examples a batch, each of them twice: dropout differs."""
    halves = minibatch_by_padded_size(
        size=size // 2, buffer=buffer, discard_oversize=discard_oversize
    )

    def batches(examples: Iterable[Example]) -> Iterator[list[Example]]:
        for batch in halves(examples):
            yield [*batch, *map(_again, batch)]

    return batches


def _again(example: Example) -> Example:
    old = example.predicted
    words = [token.text for token in old]
    new = Doc(old.vocab, words=words, spaces=[bool(t.whitespace_) for t in old])
    new._.above = old._.above
    return Example(new, example.reference)


@Language.factory("rdrop_ner", default_config={"labels": list(ENTITY_LABELS)})
def make_rdrop_ner(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats2d]],
    labels: list[str],
    alpha: float = 1.0,
) -> "RDropNer":
    return RDropNer(nlp.vocab, model, name, labels, alpha)


class RDropNer(ner.FigureNer):
    """Asks that both passes of `create_twice` say the same (R-Drop, Liang et al., 2021).

    ``alpha`` weighs the mean of both divergences beside the cross entropy.
    """

    def __init__(
        self, vocab: Any, model: Model, name: str, labels: list[str], alpha: float
    ) -> None:
        super().__init__(vocab, model, name, labels)
        self._alpha = alpha

    def get_loss(
        self, examples: Iterable[Example], scores: list[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        examples = list(examples)
        loss, gradient = super().get_loss(examples, scores)
        share = self._alpha / 2 / max(1, sum(len(eg.reference.ents) for eg in examples))
        places = defaultdict(list)  # spaCy has sorted the batch by length
        for i, example in enumerate(examples):
            places[id(example.reference)].append(i)
        for i, j in places.values():
            both, d_i, d_j = divergence(
                *map(ner_model.log_softmax, (scores[i], scores[j]))
            )
            loss += share * both
            gradient[i] += share * d_i
            gradient[j] += share * d_j
        return loss, gradient


def divergence(a: np.ndarray, b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return KL(a, b) + KL(b, a), summed over rows, and its gradients.

    Args:
        a: (n, n_tags) float32 log probabilities.
        b: The same.

    Returns:
        The sum, and what it changes with the logits of a and of b, (n, n_tags) each.
    """
    p, q = np.exp(a), np.exp(b)
    to_b, to_a = p * (a - b), q * (b - a)
    d_a = to_b - p * to_b.sum(axis=1, keepdims=True) + p - q
    d_b = to_a - q * to_a.sum(axis=1, keepdims=True) + q - p
    return float(to_b.sum() + to_a.sum()), d_a, d_b


class LayeredShim(encoder.BertShim):
    """The lower a layer, the smaller its rate (Howard and Ruder, 2018)."""

    decay = 1.0

    def finish_update(self, optimizer: Optimizer) -> None:
        def slower(key: tuple[int, str], weights: Any, gradient: Any) -> Any:
            scale = self.learn_rate_scale * self.decay ** depth(key[1])
            return optimizer(key, weights, gradient, lr_scale=scale)

        super(encoder.BertShim, self).finish_update(slower)


def depth(name: str) -> int:
    """Return how many layers stand over a weight: `encoder.layer.11.output…`: 0."""
    parts = name.split(".")
    if "layer" not in parts:
        return LAYERS  # embeddings
    return LAYERS - 1 - int(parts[parts.index("layer") + 1])


@registry.architectures("variant.LayeredEncoder.v1")
def build_layered(
    path: str,
    width: int,
    window: int,
    context: int,
    learn_rate_scale: float,
    mixed_precision: bool,
    decay: float,
) -> encoder.CharModel:
    """Build the recipe's encoder; ``decay``: share of the rate of the layer above."""
    model = encoder.build_char_encoder(
        path, width, window, context, learn_rate_scale, mixed_precision
    )
    shim = model.shims[0]
    shim.__class__, shim.decay = LayeredShim, decay
    return model


@registry.architectures("variant.CuelessLinker.v1")
def build_cueless(
    tok2vec: Model[list[Doc], list[Floats2d]], hidden_width: int, dropout: float
) -> linker_model.LinkerModel:
    """Build the linker and blind it: no cue is seen, and none is asked for a plan."""

    def blind(doc: Doc) -> Any:
        found = candidates(doc)
        return replace(found, cues=np.zeros_like(found.cues))

    candidates, linker_model.candidates = linker_model.candidates, blind
    linker.says_plan = lambda cues: np.ones(len(cues), dtype=bool)
    return linker_model.build_linker_model(tok2vec, hidden_width, dropout)
