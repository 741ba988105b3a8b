"""Candidate pairs of a Doc, and what can be counted about a pair.

A pair is a figure and a mention of the same paragraph that some link may lead to. What
is counted are things between them (characters, figures, commas, sentence ends), where
the mention stands (first of its sentence or paragraph) and, under 分别, whether the
place of the figure in its list is that of the mention in its own.
"""

from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from baoshu.chars import SENTENCE_ENDS, simplified
from baoshu.labels import ENTITY_LABELS, FIGURE_LABELS, LINK_HEADS, LINK_LABELS

LABELS = tuple(ENTITY_LABELS)
_FIGURES = np.array([label in FIGURE_LABELS for label in LABELS])
LEGAL: np.ndarray = np.array(
    [[label in LINK_HEADS[link] for link in LINK_LABELS] for label in LABELS]
)
"""Which link may lead to which label, (n_labels, n_links) bool."""

_DISTANCE = np.array([1, 2, 3, 5, 8, 12, 18, 28, 45, 75, 130, 250])
_COUNT = np.array([1, 2, 3, 4, 6, 9])
_FEW = np.array([1, 2, 3, 5])
_ORDER = np.array([-1, 0, 1, 2])
_MARKS = {
    "sentence": SENTENCE_ENDS,
    "semicolon": "；;",
    "comma": "，,",
    "list": "、",
    "open": "（(",
    "close": "）)",
}
_WORDS = ("其中", "分别", "各", "均", "和", "占", "较", "比")


@dataclass(frozen=True)
class Candidates:
    """The candidate pairs of one Doc.

    Attributes:
        spans: (n_mentions, 2) int64, token start and end.
        labels: (n_mentions,) int64, numbers into `LABELS`.
        figures: (n_figures,) int64, numbers of the mentions that are figures.
        pairs: (n_pairs, 2) int64, mention numbers of figure and head.
        features: (n_pairs, WIDTH) float32, zeros and ones.
    """

    spans: np.ndarray
    labels: np.ndarray
    figures: np.ndarray
    pairs: np.ndarray
    features: np.ndarray

    @property
    def legal(self) -> np.ndarray:
        """Which link each pair may have, (n_pairs, n_links) bool."""
        return LEGAL[self.labels[self.pairs[:, 1]]]


def candidates(doc: Doc) -> Candidates:
    """Return every pair of a figure and a mention of its paragraph."""
    numbers = {label: i for i, label in enumerate(LABELS)}
    ents = [ent for ent in doc.ents if ent.label_ in numbers]
    spans = np.array([(e.start, e.end) for e in ents], dtype=np.int64).reshape(-1, 2)
    labels = np.array([numbers[e.label_] for e in ents], dtype=np.int64)
    tokens = [token.text for token in doc]
    breaks: np.ndarray = np.cumsum([0, *("\n" in token for token in tokens)])
    paragraph: np.ndarray = breaks[spans[:, 0]]
    figures = np.flatnonzero(_FIGURES[labels]) if len(labels) else np.zeros(0, np.int64)
    same: np.ndarray = np.equal.outer(paragraph[figures], paragraph)
    if len(labels):
        same &= np.any(LEGAL[labels], axis=1, keepdims=True).T
        same[np.arange(len(figures)), figures] = False
    rows, heads = np.nonzero(same)
    pairs = np.stack([figures[rows], heads], axis=1)
    features = _features(tokens, spans, labels, paragraph, pairs)
    return Candidates(spans, labels, figures, pairs, features)


def _one_hot(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return (n, len(edges) + 1): the bucket that each value falls into."""
    return np.eye(len(edges) + 1, dtype=np.float32)[np.digitize(values, edges)]


def _features(
    tokens: list[str],
    spans: np.ndarray,
    labels: np.ndarray,
    paragraph: np.ndarray,
    pairs: np.ndarray,
) -> np.ndarray:
    figure, head = pairs[:, 0], pairs[:, 1]
    before = spans[head, 0] < spans[figure, 0]
    low = np.where(before, spans[head, 1], spans[figure, 1])
    high = np.where(before, spans[figure, 0], spans[head, 0])
    side = before.astype(np.float32)[:, None]
    counts = _prefix_counts(tokens, spans, labels)

    def between(name: str | int) -> np.ndarray:
        return counts[name][high] - counts[name][low]

    same_label = _between_same(counts, labels[head], low, high)
    sentence = counts["sentence"][spans[:, 0]]
    distance = _one_hot(high - low, _DISTANCE)
    columns = [
        side,
        distance * side,
        distance * (1 - side),
        np.eye(len(LABELS), dtype=np.float32)[labels[head]],
        np.eye(len(LABELS), dtype=np.float32)[labels[figure]],
        _one_hot(between("figure"), _COUNT) * side,
        _one_hot(between("figure"), _COUNT) * (1 - side),
        _one_hot(same_label, _COUNT) * side,
        _one_hot(same_label, _COUNT) * (1 - side),
        *(_one_hot(between(name), _FEW) for name in _MARKS),
        *((between(word) > 0).astype(np.float32)[:, None] for word in _WORDS),
        _first(labels, paragraph)[head][:, None],
        _first(labels, sentence)[head][:, None],
        (sentence[head] == sentence[figure]).astype(np.float32)[:, None],
        _same_unit(tokens, spans, figure, head)[:, None],
        _list_order(counts, spans, labels, sentence, pairs),
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _prefix_counts(
    tokens: list[str], spans: np.ndarray, labels: np.ndarray
) -> dict[str | int, np.ndarray]:
    """Return running counts, (n_tokens + 1,) int64 each, so that a-b is a subtraction."""
    n = len(tokens)
    text = "".join(simplified(token[0]) for token in tokens)
    marks: dict[str | int, np.ndarray] = {}
    inside = np.zeros(n, dtype=bool)
    for start, end in spans:
        inside[start:end] = True
    for name, chars in _MARKS.items():
        found = np.fromiter((c in chars for c in text), dtype=bool, count=n)
        marks[name] = found & ~inside if name == "sentence" else found
    for word in _WORDS:
        found = np.zeros(n, dtype=bool)
        at = text.find(word)
        while at >= 0:
            found[at] = not inside[at]
            at = text.find(word, at + 1)
        marks[word] = found
    for label in range(len(LABELS)):
        marks[label] = np.zeros(n, dtype=bool)
        marks[label][spans[labels == label, 0]] = True
    marks["figure"] = np.zeros(n, dtype=bool)
    marks["figure"][spans[_FIGURES[labels], 0] if len(labels) else []] = True
    return {name: np.concatenate([[0], np.cumsum(m)]) for name, m in marks.items()}


def _between_same(
    counts: dict[str | int, np.ndarray],
    label: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> np.ndarray:
    """Count the mentions between that have the head's label."""
    table = np.stack([counts[i] for i in range(len(LABELS))])
    return table[label, high] - table[label, low]


def _first(labels: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mark the mentions that are the first of their label in their group."""
    seen: set[tuple[int, int]] = set()
    out = np.zeros(len(labels), dtype=np.float32)
    for i, key in enumerate(zip(labels.tolist(), group.tolist(), strict=True)):
        if key not in seen:
            seen.add(key)
            out[i] = 1.0
    return out


def _same_unit(
    tokens: list[str], spans: np.ndarray, figure: np.ndarray, head: np.ndarray
) -> np.ndarray:
    last = np.array([simplified(tokens[end - 1]) for end in spans[:, 1]], dtype=object)
    return (last[figure] == last[head]).astype(np.float32)


def _list_order(
    counts: dict[str | int, np.ndarray],
    spans: np.ndarray,
    labels: np.ndarray,
    sentence: np.ndarray,
    pairs: np.ndarray,
) -> np.ndarray:
    """Compare places in two lists, aligned at their ends, under 分别.

    甲、乙、丙分别为3个、4个、5个: of the figures behind 分别 and the mentions of one
    label before it, the k-th from the end belong together: difference 0.
    """
    width = len(_ORDER) + 1
    out = np.zeros((len(pairs), width), dtype=np.float32)
    fenbie = counts["分别"]
    after = fenbie[spans[:, 0]]  # how many 分别 stand before each mention
    figures = _FIGURES[labels] if len(labels) else np.zeros(0, bool)
    lists: dict[tuple[int, int, int], list[int]] = {}
    for i in range(len(labels)):
        key = -1 if figures[i] else int(labels[i])
        lists.setdefault((int(sentence[i]), int(after[i]), key), []).append(i)
    for row, (figure, head) in enumerate(pairs):
        here, nth = int(sentence[figure]), int(after[figure])
        if sentence[head] != here or figures[head] or after[head] != nth - 1:
            continue
        names = lists[here, nth - 1, int(labels[head])]
        values = lists[here, nth, -1]
        offset = names.index(head) - (len(names) - len(values)) - values.index(figure)
        out[row] = _one_hot(np.array([offset]), _ORDER)[0]
    return out


def _width() -> int:
    """Return the number of features, read off an empty document."""
    empty = np.zeros((0, 2), dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    return _features([], empty, none, none, empty).shape[1]


WIDTH = _width()
