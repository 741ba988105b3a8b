"""The tagging network: one vector of tag scores a token, and the best legal path.

BIOES tags over flat spans (Ratinov and Roth, 2009). Decoding is Viterbi over the tag
scores with the illegal transitions shut, so every path is legal and none is dropped.
"""

from collections.abc import Sequence

import numpy as np
from spacy.tokens import Doc
from thinc.api import (
    Dropout,
    Linear,
    Model,
    NumpyOps,
    chain,
    get_current_ops,
    with_array,
)
from thinc.types import Floats2d

OUTSIDE = "O"
_SURE = 5.0  # nats that a span going on into a token costs, for a cut before it
_ROUNDS = 3
_ROWS = 1_024  # at once, so that what is computed on the way stays in the cache


def build_tagger_model(
    tok2vec: Model[list[Doc], list[Floats2d]], dropout: float = 0.1
) -> Model[list[Doc], list[Floats2d]]:
    """Build a linear layer over the encoder; its width is set by the component.

    Returns:
        Model[List[Doc], List[Floats2d]]: (n_tokens, n_tags) float32 logits a Doc.
    """
    width = tok2vec.get_dim("nO")
    output = by_numpy(Linear(nI=width, init_W=_small, init_b=_mostly_outside))
    model = chain(tok2vec, with_array(chain(Dropout(dropout), output)))
    model.set_ref("output", output)
    return model


def by_numpy(layer: Model) -> Model:
    """Let a head multiply matrices by numpy, where it is on a CPU.

    thinc's own way, blis, takes three to four times as long on matrices of this size
    (docs/performance.md).
    """
    if type(get_current_ops()) is NumpyOps:
        for node in layer.walk():
            node.ops = NumpyOps(use_blis=False)
    return layer


def _small(ops: object, shape: tuple[int, int]) -> np.ndarray:
    """Start near zero: a pretrained encoder should not be shaken by a random head."""
    return np.random.normal(0.0, 0.02, shape).astype(np.float32)


def _mostly_outside(ops: object, shape: tuple[int]) -> np.ndarray:
    """Half of all characters are outside: a start that says so learns labels sooner."""
    return np.eye(1, *shape, dtype=np.float32)[0] * 3.0


def tag_names(labels: Sequence[str]) -> list[str]:
    """Return O and then B-, I-, E-, S- of each label."""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BIES")]


def legal_transitions(n_labels: int) -> np.ndarray:
    """Return which tag may follow which, (n_tags, n_tags) bool, rows before columns."""
    n_tags = 1 + 4 * n_labels
    opens = np.zeros(n_tags, dtype=bool)
    opens[0] = opens[1::4] = opens[4::4] = True  # O, B-, S-
    legal = np.tile(opens, (n_tags, 1))
    for begin in range(1, n_tags, 4):
        inside, end = begin + 1, begin + 2
        legal[[begin, inside]] = False
        legal[[begin, inside], inside] = legal[[begin, inside], end] = True
    return legal


def log_softmax(logits: np.ndarray) -> np.ndarray:
    out = np.empty_like(logits)
    for at in range(0, len(logits), _ROWS):
        part, scores = logits[at : at + _ROWS], out[at : at + _ROWS]
        np.subtract(part, part.max(axis=1, keepdims=True), out=scores)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return out


def viterbi(scores: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Return the best legal path.

    Args:
        scores: (n_tokens, n_tags) float32 log probabilities.
        legal: (n_tags, n_tags) bool, which tag may follow which.

    Returns:
        (n_tokens,) int64 tag numbers; a path neither starts nor ends inside a span.
    """
    n, n_tags = scores.shape
    path = np.zeros(n, dtype=np.int64)
    if not n:
        return path
    shut = np.where(legal, 0.0, -np.inf).astype(scores.dtype)
    back = np.zeros((n, n_tags), dtype=np.int64)
    best = scores[0] + shut[0]  # what may start is what may follow O
    for i in range(1, n):
        options = best[:, None] + shut
        back[i] = options.argmax(axis=0)
        best = options[back[i], np.arange(n_tags)] + scores[i]
    path[-1] = (best + shut[:, 0]).argmax()  # what may end is what O may follow
    for i in range(n - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def best_path(scores: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Return what `viterbi` returns, walking only where the best tags do not fit.

    Nearly everywhere the best tag of each token is legal behind the best of the one
    before, and no path is better than that. The tokens are cut where a span that goes
    on would cost much, and a piece whose best tags do not fit gets its best path by
    itself. A path across cuts pays at each of them; where that is more than what the
    pieces on both sides of it lose against their best tags, none is as good. Cuts of
    which this does not hold are given up.
    """
    greedy = scores.argmax(axis=1)
    n = len(greedy)
    fits = legal[np.append(0, greedy), np.append(greedy, 0)]
    if fits.all():
        return greedy
    wrong = np.maximum(np.flatnonzero(~fits) - 1, 0)  # a token of the piece to walk
    top = scores.max(axis=1)
    cost = top - scores[:, ~legal[0]].max(axis=1)
    cuts = np.concatenate([[0], 1 + np.flatnonzero(cost[1:] > _SURE), [n]])
    for _ in range(_ROUNDS):
        path, lost = greedy.copy(), np.zeros(len(cuts) - 1)
        for piece in np.unique(np.searchsorted(cuts, wrong, side="right") - 1):
            here = slice(cuts[piece], cuts[piece + 1])
            path[here] = viterbi(scores[here], legal)
            chosen = np.take_along_axis(scores[here], path[here, None], axis=1)[:, 0]
            lost[piece] = (top[here] - chosen).sum(dtype=np.float64)
        doubtful = cost[cuts[1:-1]] <= lost[:-1] + lost[1:]
        if not doubtful.any():
            return path
        cuts = np.delete(cuts, 1 + np.flatnonzero(doubtful))
    return viterbi(scores, legal)


def spans_of(path: np.ndarray, n_labels: int) -> list[tuple[int, int, int]]:
    """Read (start, end, label number) off a legal path, tokens, half-open."""
    spans, start = [], 0
    for i in np.flatnonzero(path):
        label, kind = divmod(int(path[i]) - 1, 4)
        if kind in (0, 3):
            start = int(i)
        if kind in (2, 3):
            spans.append((start, int(i) + 1, label))
    return spans


def encode_spans(n: int, spans: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """Write (start, end, label number) as tag numbers, (n,) int64."""
    tags = np.zeros(n, dtype=np.int64)
    for start, end, label in spans:
        base = 1 + 4 * label
        if end - start == 1:
            tags[start] = base + 3
        else:
            tags[start + 1 : end - 1] = base + 1
            tags[start], tags[end - 1] = base, base + 2
    return tags
