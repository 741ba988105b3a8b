"""The linking network: a score for every candidate pair and link, and one a
figure for being planned.

A mention is the vector of its first and of its last token. Figure, head and counted
features are projected, added, and passed through one hidden layer; a product of figure
and head (a low-rank bilinear term, Kim et al., 2017) stands beside it. In thinc, so
that inference needs no torch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from spacy.tokens import Doc
from thinc.api import Dropout, Linear, Model, Relu, chain
from thinc.types import Floats2d

from baoshu.cues import CUES
from baoshu.labels import LINK_LABELS
from baoshu.ner_model import by_numpy
from baoshu.pairs import WIDTH, Candidates, candidates

BLOCK = 4_096  # pairs scored at once: the features of one are half a kilobyte


@dataclass
class LinkScores:
    """Scores of one Doc, or their gradient.

    Attributes:
        candidates: The pairs scored.
        links: (n_pairs, n_links) float32 logits.
        planned: (n_figures,) float32 logits.
    """

    candidates: Candidates
    links: np.ndarray
    planned: np.ndarray


LinkerModel: TypeAlias = Model[list[Doc], list[LinkScores]]
Backprop: TypeAlias = Callable[[list[LinkScores]], list[Doc]]


def build_linker_model(
    tok2vec: Model[list[Doc], list[Floats2d]],
    hidden_width: int,
    dropout: float,
) -> LinkerModel:
    """Build the network.

    Args:
        tok2vec: The encoder, usually a listener.
        hidden_width: Width of the projections and of the hidden layer.
        dropout: Share of a mention's and of the hidden layer's values left out.

    Returns:
        Model[List[Doc], List[LinkScores]], over the mentions in ``doc.ents``.
    """
    width, n = tok2vec.get_dim("nO"), hidden_width
    layers = {
        "tok2vec": tok2vec,
        "figure": chain(Dropout(dropout), Linear(n, 2 * width)),
        "head": chain(Dropout(dropout), Linear(n, 2 * width)),
        "features": Linear(n, WIDTH),
        "hidden": chain(Relu(n, n), Dropout(dropout)),
        "links": Linear(len(LINK_LABELS), 2 * n),
        "planned": chain(Relu(n, 2 * width + CUES), Dropout(dropout), Linear(1, n)),
    }
    for name in layers.keys() - {"tok2vec"}:
        by_numpy(layers[name])
    return Model(
        "figure_linker",
        _forward,
        init=_init,
        layers=list(layers.values()),
        refs=layers,
    )


def _init(model: LinkerModel, X: list[Doc] | None = None, Y: object = None) -> None:
    for layer in model.layers:
        layer.initialize()


def _forward(
    model: LinkerModel, docs: list[Doc], is_train: bool
) -> tuple[list[LinkScores], Backprop]:
    vectors, backprop_vectors = model.get_ref("tok2vec")(docs, is_train)
    scored, backprops = [], []
    for doc, h in zip(docs, vectors, strict=True):
        found = candidates(doc)
        scores, backprop_doc = _score(model, found, h, is_train)
        scored.append(scores)
        backprops.append(backprop_doc)

    def backprop(d_scored: list[LinkScores]) -> list[Doc]:
        d_vectors = [back(d) for back, d in zip(backprops, d_scored, strict=True)]
        return backprop_vectors(d_vectors)

    return scored, backprop


def _score(
    model: LinkerModel,
    found: Candidates,
    h: Floats2d,
    is_train: bool,
) -> tuple[LinkScores, Callable[[LinkScores], Floats2d]]:
    """Score one Doc. ``h``: (n_tokens, width) float32."""
    if not len(found.figures):
        empty = LinkScores(
            found,
            np.zeros((0, len(LINK_LABELS)), dtype=np.float32),
            np.zeros(0, dtype=np.float32),
        )
        return empty, lambda _: model.ops.alloc2f(*h.shape)
    ops = model.ops
    starts, ends = found.spans[:, 0], found.spans[:, 1] - 1
    mentions = ops.xp.concatenate([h[starts], h[ends]], axis=1)
    y_figure, b_figure = model.get_ref("figure")(mentions, is_train)
    y_head, b_head = model.get_ref("head")(mentions, is_train)
    size = max(1, len(found.pairs)) if is_train else BLOCK
    links, backprops = [], []
    for at in range(0, max(1, len(found.pairs)), size):
        rows = slice(at, at + size)
        y, back = _score_pairs(model, found, rows, y_figure, y_head, is_train)
        links.append(ops.to_numpy(y))
        if is_train:  # it holds all that was computed on the way
            backprops.append(back)
    y_links = np.concatenate(links)
    x_planned = ops.xp.concatenate(
        [mentions[found.figures], ops.asarray2f(found.cues)], axis=1
    )
    y_planned, b_planned = model.get_ref("planned")(x_planned, is_train)

    def backprop(d: LinkScores) -> Floats2d:
        d_figure, d_head = backprops[0](ops.asarray2f(d.links))
        d_mentions = b_figure(d_figure) + b_head(d_head)
        d_planned = b_planned(ops.asarray2f(d.planned[:, None]))
        d_mentions[found.figures] += d_planned[:, : mentions.shape[1]]
        d_h = ops.alloc2f(*h.shape)
        d_h[starts] += d_mentions[:, : h.shape[1]]
        d_h[ends] += d_mentions[:, h.shape[1] :]
        return d_h

    return LinkScores(found, y_links, ops.to_numpy(y_planned)[:, 0]), backprop


def _score_pairs(
    model: LinkerModel,
    found: Candidates,
    rows: slice,
    y_figure: Floats2d,
    y_head: Floats2d,
    is_train: bool,
) -> tuple[Floats2d, Callable[[Floats2d], tuple[Floats2d, Floats2d]]]:
    """Score some pairs. The gradient is that of the projected figures and heads.

    Args:
        rows: Which of ``found.pairs``.
        y_figure: (n_mentions, n) float32, projected as figures.
        y_head: (n_mentions, n) float32, projected as heads.
    """
    ops = model.ops
    figure, head = found.pairs[rows, 0], found.pairs[rows, 1]
    y_features, b_features = model.get_ref("features")(
        ops.asarray2f(found.features(rows)), is_train
    )
    f, g = y_figure[figure], y_head[head]
    y_hidden, b_hidden = model.get_ref("hidden")(f + g + y_features, is_train)
    both = ops.xp.concatenate([y_hidden, f * g], axis=1)
    y_links, b_links = model.get_ref("links")(both, is_train)

    def backprop(d_links: Floats2d) -> tuple[Floats2d, Floats2d]:
        n = y_hidden.shape[1]
        d_both = b_links(d_links)
        d_sum = b_hidden(ops.asarray2f(ops.xp.ascontiguousarray(d_both[:, :n])))
        b_features(d_sum)
        d_figure, d_head = ops.alloc2f(*y_figure.shape), ops.alloc2f(*y_head.shape)
        ops.scatter_add(d_figure, figure, d_sum + d_both[:, n:] * g)
        ops.scatter_add(d_head, head, d_sum + d_both[:, n:] * f)
        return d_figure, d_head

    return y_links, backprop
