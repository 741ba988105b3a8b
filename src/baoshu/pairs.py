"""Candidate pairs of a Doc, and what can be counted about a pair.

A pair is a figure and a mention of the same paragraph that some link may lead to, as
far off as links lead: `REACH`, and `DATES` for dates, so that pairs grow with the text
and not with its square. What is counted are things between them (characters, figures, commas, sentence ends), where
the mention stands (first of its sentence or paragraph) and, under 分别, whether the
place of the figure in its list is that of the mention in its own.

All that is looked up for a pair is counted once along the text, in running counts and
in a row a mention; features are made for as many pairs as are asked for at a time.
"""

from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from baoshu.chars import SENTENCE_ENDS, simplify
from baoshu.cues import cues
from baoshu.labels import ENTITY_LABELS, FIGURE_LABELS, LINK_HEADS, LINK_LABELS
from baoshu.levels import levels, of_several_years

LABELS = tuple(ENTITY_LABELS)
_FIGURES = np.array([label in FIGURE_LABELS for label in LABELS])
LEGAL: np.ndarray = np.array(
    [[label in LINK_HEADS[link] for link in LINK_LABELS] for label in LABELS]
)
"""Which link may lead to which label, (n_labels, n_links) bool."""

REACH = 512
"""Tokens between a figure and its head: one of 56,184 annotated links is longer, but
for those to dates."""
DATES = 32
"""Dates of the paragraph before a figure that may be its period however far off they
stand: 229 annotated links are longer than 500 tokens, at most 12 dates between."""

_DATE = LABELS.index("DATE")
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
WIDTH = (
    1
    + 2 * (len(_DISTANCE) + 1)
    + 2 * len(LABELS)
    + 4 * (len(_COUNT) + 1)
    + len(_MARKS) * (len(_FEW) + 1)
    + len(_WORDS)
    + 4
    + (len(_ORDER) + 1)
)


@dataclass(frozen=True)
class Candidates:
    """The candidate pairs of one Doc.

    Attributes:
        spans: (n_mentions, 2) int64, token start and end.
        labels: (n_mentions,) int64, numbers into `LABELS`.
        figures: (n_figures,) int64, numbers of the mentions that are figures.
        pairs: (n_pairs, 2) int64, mention numbers of figure and head.
        cues: (n_figures, CUES) float32, what is said around each figure.
        levels: (n_mentions,) bool, figures that are levels reached.
        years: (n_mentions,) bool, dates of several years.
        counted: What features are read off.
    """

    spans: np.ndarray
    labels: np.ndarray
    figures: np.ndarray
    pairs: np.ndarray
    cues: np.ndarray
    levels: np.ndarray
    years: np.ndarray
    counted: "Counted"

    @property
    def legal(self) -> np.ndarray:
        """Which link each pair may have, (n_pairs, n_links) bool."""
        return LEGAL[self.labels[self.pairs[:, 1]]]

    def features(self, rows: slice = slice(None)) -> np.ndarray:
        """Return the features of pairs, (n_pairs, WIDTH) float32, zeros and ones."""
        return _features(self.spans, self.labels, self.counted, self.pairs[rows])


@dataclass(frozen=True)
class Counted:
    """What is counted along a text, and what is known of each mention.

    Attributes:
        running: Running counts, (n_tokens + 1,) int32 each, so that between a and b is a
            subtraction: of marks and words, and of figures that begin.
        begun: Mentions of each label that begin, (n_labels, n_tokens + 1) int32.
        sentence: The sentence of each mention.
        fenbie: How many 分别 stand before each mention.
        first_here: Whether it is the first of its label in its paragraph.
        first_said: Whether it is the first of its label in its sentence.
        last: Number of its last character.
        place: Its place in its list from the end, the last at -1: the mentions of its
            label, or all figures, between two 分别 of its sentence.
    """

    running: dict[str, np.ndarray]
    begun: np.ndarray
    sentence: np.ndarray
    fenbie: np.ndarray
    first_here: np.ndarray
    first_said: np.ndarray
    last: np.ndarray
    place: np.ndarray


def candidates(doc: Doc) -> Candidates:
    """Return every pair of a figure and a mention of its paragraph within reach."""
    numbers = {label: i for i, label in enumerate(LABELS)}
    ents = [ent for ent in doc.ents if ent.label_ in numbers]
    spans = np.array([(e.start, e.end) for e in ents], dtype=np.int64).reshape(-1, 2)
    labels = np.array([numbers[e.label_] for e in ents], dtype=np.int64)
    tokens = [token.text for token in doc]
    breaks: np.ndarray = np.cumsum([0, *("\n" in token for token in tokens)])
    paragraph: np.ndarray = breaks[spans[:, 0]]
    figures = np.flatnonzero(_FIGURES[labels])
    pairs = _pairs(spans, labels, figures, paragraph)
    counted = _count(tokens, spans, labels, paragraph)
    at = [(ents[i].start_char, ents[i].end_char) for i in figures]
    reached, lasting = np.zeros(len(ents), dtype=bool), np.zeros(len(ents), dtype=bool)
    text = doc.text
    reached[figures] = levels(text, at)
    for i in np.flatnonzero(labels == _DATE):
        lasting[i] = of_several_years(text, ents[i].start_char, ents[i].end_char)
    read = cues(doc, [start for start, _ in at])
    return Candidates(spans, labels, figures, pairs, read, reached, lasting, counted)


def _pairs(
    spans: np.ndarray, labels: np.ndarray, figures: np.ndarray, paragraph: np.ndarray
) -> np.ndarray:
    """Pair each figure with mentions within reach, by figure, then head."""
    low = np.searchsorted(paragraph, paragraph[figures], side="left")
    high = np.searchsorted(paragraph, paragraph[figures], side="right")
    near = np.searchsorted(spans[:, 1], spans[figures, 0] - REACH, side="left")
    far = np.searchsorted(spans[:, 0], spans[figures, 1] + REACH, side="right")
    near = np.maximum(low, near)
    heads = _ranges(figures, near, np.minimum(high, far))
    dates = np.flatnonzero(labels == _DATE)
    last = np.searchsorted(dates, near)
    first = np.maximum(np.searchsorted(dates, low), last - DATES)
    earlier = _ranges(figures, first, last)
    earlier[:, 1] = dates[earlier[:, 1]]
    pairs = np.concatenate([earlier, heads])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return pairs[pairs[:, 0] != pairs[:, 1]]


def _ranges(owners: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Pair each owner with every number from ``low`` to before ``high``, (n, 2)."""
    sizes = high - low
    skipped = np.repeat(np.cumsum(sizes) - sizes - low, sizes)
    numbers = np.arange(sizes.sum()) - skipped
    return np.stack([np.repeat(owners, sizes), numbers], axis=1)


class _Columns:
    """Zeros and ones, written from left to right."""

    def __init__(self, n: int) -> None:
        self.out = np.zeros((n, WIDTH), dtype=np.float32)
        self._rows, self._at = np.arange(n), 0

    def flag(self, values: np.ndarray) -> None:
        self.out[:, self._at] = values
        self._at += 1

    def one_of(
        self, values: np.ndarray, n: int, where: np.ndarray | slice = slice(None)
    ) -> None:
        """Set the column of each value among the next ``n``, in the rows ``where``."""
        self.out[self._rows[where], self._at + values[where]] = 1.0
        self._at += n

    def bucket(
        self, values: np.ndarray, edges: np.ndarray, second: np.ndarray | int = 0
    ) -> None:
        """Set the bucket that each value falls into; ``second`` has columns behind."""
        n = len(edges) + 1
        found = np.searchsorted(edges, values, side="right") + n * second
        self.one_of(found, n if isinstance(second, int) else 2 * n)


def _features(
    spans: np.ndarray, labels: np.ndarray, counted: Counted, pairs: np.ndarray
) -> np.ndarray:
    figure, head = pairs[:, 0], pairs[:, 1]
    before = spans[head, 0] < spans[figure, 0]
    low = np.where(before, spans[head, 1], spans[figure, 1])
    high = np.where(before, spans[figure, 0], spans[head, 0])

    def between(name: str) -> np.ndarray:
        return counted.running[name][high] - counted.running[name][low]

    same_label = counted.begun[labels[head], high] - counted.begun[labels[head], low]
    behind = 1 - before.astype(np.int64)
    columns = _Columns(len(pairs))
    columns.flag(before)
    columns.bucket(high - low, _DISTANCE, behind)
    columns.one_of(labels[head], len(LABELS))
    columns.one_of(labels[figure], len(LABELS))
    columns.bucket(between("figure"), _COUNT, behind)
    columns.bucket(same_label, _COUNT, behind)
    for name in _MARKS:
        columns.bucket(between(name), _FEW)
    for word in _WORDS:
        columns.flag(between(word) > 0)
    same_sentence = counted.sentence[head] == counted.sentence[figure]
    columns.flag(counted.first_here[head])
    columns.flag(counted.first_said[head])
    columns.flag(same_sentence)
    columns.flag(counted.last[figure] == counted.last[head])
    # 甲、乙、丙分别为3个、4个、5个: of the figures behind 分别 and the mentions of one
    # label before it, the k-th from the end belong together: difference 0.
    listed = counted.fenbie[head] == counted.fenbie[figure] - 1
    listed &= same_sentence & ~_FIGURES[labels[head]]
    order = counted.place[head] - counted.place[figure]
    found = np.searchsorted(_ORDER, order, side="right")
    columns.one_of(found, len(_ORDER) + 1, listed)
    return columns.out


def _count(
    tokens: list[str], spans: np.ndarray, labels: np.ndarray, paragraph: np.ndarray
) -> Counted:
    n = len(tokens)
    text = simplify("".join(token[0] for token in tokens))
    chars = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    edges = np.zeros(n + 1, dtype=np.int64)
    edges[spans[:, 0]] += 1  # mentions do not overlap
    edges[spans[:, 1]] -= 1
    outside = np.cumsum(edges)[:-1] == 0
    marks = {name: np.isin(chars, _codes(said)) for name, said in _MARKS.items()}
    marks["sentence"] &= outside
    marks |= {word: _stands(chars, word) & outside for word in _WORDS}
    begun = np.zeros((len(LABELS), n), dtype=bool)
    begun[labels, spans[:, 0]] = True
    marks["figure"] = begun[_FIGURES].any(axis=0)
    running = {name: _running(found) for name, found in marks.items()}
    sentence = running["sentence"][spans[:, 0]]
    fenbie = running["分别"][spans[:, 0]]
    kind = np.where(_FIGURES[labels], len(LABELS), labels)
    numbers: dict[str, int] = {}
    last = [
        numbers.setdefault(simplify(tokens[end - 1]), len(numbers))
        for end in spans[:, 1]
    ]
    return Counted(
        running=running,
        begun=_running(begun),
        sentence=sentence,
        fenbie=fenbie,
        first_here=_first(paragraph, labels),
        first_said=_first(sentence, labels),
        last=np.array(last, dtype=np.int64),
        place=_from_end(sentence, fenbie, kind),
    )


def _codes(chars: str) -> list[int]:
    return [ord(char) for char in chars]


def _stands(chars: np.ndarray, word: str) -> np.ndarray:
    """Mark where a word begins, (n,) bool."""
    found = np.zeros(len(chars), dtype=bool)
    starts = np.ones(max(0, len(chars) - len(word) + 1), dtype=bool)
    for i, code in enumerate(_codes(word)):
        starts &= chars[i : i + len(starts)] == code
    found[: len(starts)] = starts
    return found


def _running(found: np.ndarray) -> np.ndarray:
    """Return running counts along the last axis, a 0 before them."""
    out = np.zeros((*found.shape[:-1], found.shape[-1] + 1), dtype=np.int32)
    np.cumsum(found, axis=-1, out=out[..., 1:])
    return out


def _group(*keys: np.ndarray) -> np.ndarray:
    """Return one number for each combination of small whole numbers."""
    out = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        out = out * (int(key.max(initial=0)) + 1) + key
    return out


def _first(*keys: np.ndarray) -> np.ndarray:
    """Mark the mentions that are the first of their group."""
    out = np.zeros(len(keys[0]), dtype=bool)
    out[np.unique(_group(*keys), return_index=True)[1]] = True
    return out


def _from_end(*keys: np.ndarray) -> np.ndarray:
    """Return the place of each mention in its group from the end, the last at -1."""
    group = _group(*keys)
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], group[order], side="right")
    out = np.empty(len(group), dtype=np.int64)
    out[order] = np.arange(len(group)) - ends
    return out
