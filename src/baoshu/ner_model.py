"""The tagging network: one vector of tag scores a token, and the best legal path.

BIOES tags over flat spans (Ratinov and Roth, 2009). Decoding is Viterbi over the tag
scores with the illegal transitions shut, so every path is legal and none is dropped.
"""

from collections.abc import Sequence

import numpy as np
from spacy.tokens import Doc
from thinc.api import Dropout, Linear, Model, chain, with_array
from thinc.types import Floats2d

OUTSIDE = "O"


def build_tagger_model(
    tok2vec: Model[list[Doc], list[Floats2d]], dropout: float = 0.1
) -> Model[list[Doc], list[Floats2d]]:
    """Build a linear layer over the encoder; its width is set by the component.

    Returns:
        Model[List[Doc], List[Floats2d]]: (n_tokens, n_tags) float32 logits a Doc.
    """
    width = tok2vec.get_dim("nO")
    output = Linear(nI=width, init_W=_small, init_b=_mostly_outside)
    model = chain(tok2vec, with_array(chain(Dropout(dropout), output)))
    model.set_ref("output", output)
    return model


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
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


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
