"""Which slices a link belongs to, for the error analysis."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from baoshu.chars import SENTENCE_ENDS
from baoshu.labels import FIGURE_LABELS
from baoshu.scoring import LinkKey

_SENTENCE_END = re.compile(rf"[{SENTENCE_ENDS}\n]")
_DISTANCES = ((10, "0-9"), (30, "10-29"), (100, "30-99"))
_FIGURES = ((2, "1"), (3, "2"), (6, "3-5"))


def slices_of(gold: Doc, key: LinkKey) -> Iterator[str]:
    """Yield the slices of a link: distance, sentence, 分别, figure label, flags.

    What a figure is called and whether it is planned is read off the gold Doc; a figure
    that it does not have is in no slice of these.
    """
    a, b, c, d, _ = key
    text = gold.text
    between = text[min(b, d) : max(a, c)]
    yield f"distance {_bucket(len(between), _DISTANCES, '100+')}"
    yield "cross sentence" if _SENTENCE_END.search(between) else "same sentence"
    low, high = _sentence(text, a, b)
    figures = sum(
        ent.label_ in FIGURE_LABELS and low <= ent.start_char < high
        for ent in gold.ents
    )
    yield f"figures in sentence {_bucket(figures, _FIGURES, '6+')}"
    if "分别" in text[low:high]:
        yield "分别 in sentence"
    for ent in gold.ents:
        if (ent.start_char, ent.end_char) == (a, b):
            yield f"label {ent.label_}"
    for start, end, planned, change, _ in gold._.marks:
        if (start, end) == (a, b):
            yield "plan" if planned else "no plan"
            yield "change" if change else "no change"


def _bucket(value: int, limits: tuple[tuple[int, str], ...], last: str) -> str:
    return next((name for limit, name in limits if value < limit), last)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    ends = [m.end() for m in _SENTENCE_END.finditer(text, 0, start)]
    after = _SENTENCE_END.search(text, end)
    return (ends[-1] if ends else 0), (after.start() if after else len(text))
