"""Doubts about annotated files, raised from the data itself and settled by a reader.

No doubt is an error: each names what is unusual beside the rest of the corpus, with
file, line and text. What is an error stands in `annotations.check`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from baoshu.annotations import FileProblem, files, read
from baoshu.chars import simplify
from baoshu.labels import FIGURE_LABELS, NAME_LABELS
from baoshu.markup import Annotated, Mention, Problem
from baoshu.normalize import parse_figure

_OFTEN = 5  # marked so often, a string is expected to be marked everywhere
_MOSTLY = 0.8
_COUNTED = re.compile(
    r"[0-9０-９][0-9０-９.,，]*\s*(?:[万亿]?[元人个名家件次户吨亩套台份]|[%％‰])"
)
_CLOSE = Decimal("0.05")  # parts that miss their total by less are meant to reach it
_ROUNDING = Decimal("0.005")


def audit(folder: Path) -> list[FileProblem]:
    """Return the doubts about the annotated files below a folder, by file and line.

    A name marked in one place and not in another; a string that mostly has another
    label; a number with a unit outside every span; a figure without a link; an
    INDICATOR whose like is nowhere else; PART_OF that does not add up.

    Raises:
        BaoshuError: Nothing there.
    """
    corpus = {path: _simplified(read(path)[0]) for path in files(folder)}
    marked: dict[str, Counter[str]] = defaultdict(Counter)
    for annotated in corpus.values():
        for mention in annotated.mentions:
            marked[annotated.surface(mention)][mention.label] += 1
    common = {
        surface: total
        for surface, labels in marked.items()
        for total in [sum(labels[name] for name in NAME_LABELS)]
        if total >= _OFTEN and len(surface) > 1
    }
    expected = _mostly_marked(corpus.values(), common)
    endings = Counter(
        surface[-2:] for surface, labels in marked.items() if labels["INDICATOR"]
    )
    doubts = []
    for path, annotated in corpus.items():
        found = [
            *_unmarked(annotated, expected),
            *_other_label(annotated, marked),
            *_numbers_outside(annotated),
            *_without_links(annotated),
            *_lone_indicators(annotated, marked, endings),
            *_sums(annotated),
        ]
        doubts += [
            FileProblem(path, Problem(_line(annotated, start), text, message))
            for start, text, message in sorted(found)
        ]
    return doubts


Doubt = tuple[int, str, str]  # where in the text, its words, what is unusual


def _simplified(annotated: Annotated) -> Annotated:
    """Compare strings across scripts: one character for one, so offsets hold."""
    return replace(annotated, text=simplify(annotated.text))


def _line(annotated: Annotated, start: int) -> int:
    return annotated.text.count("\n", 0, start) + 1


def _near(annotated: Annotated, start: int, end: int) -> str:
    """Return the place with a few characters either side, the place in brackets."""
    text = annotated.text
    before, after = text[max(0, start - 8) : start], text[end : end + 8]
    return f"{before}【{text[start:end]}】{after}".replace("\n", "⏎")


def _covered(annotated: Annotated) -> list[bool]:
    covered = [False] * len(annotated.text)
    for mention in annotated.mentions:
        covered[mention.start : mention.end] = [True] * (mention.end - mention.start)
    return covered


def _bare(annotated: Annotated, surface: str, covered: list[bool]) -> Iterator[int]:
    """Yield where a string stands and no span touches it."""
    at = annotated.text.find(surface)
    while at >= 0:
        if not any(covered[at : at + len(surface)]):
            yield at
        at = annotated.text.find(surface, at + 1)


def _mostly_marked(corpus: Iterable[Annotated], common: dict[str, int]) -> set[str]:
    bare: Counter[str] = Counter()
    for annotated in corpus:
        covered = _covered(annotated)
        for surface in common:
            bare[surface] += sum(1 for _ in _bare(annotated, surface, covered))
    return {s for s, n in common.items() if n / (n + bare[s]) >= _MOSTLY}


def _unmarked(annotated: Annotated, expected: set[str]) -> Iterator[Doubt]:
    covered = _covered(annotated)
    here = {annotated.surface(m) for m in annotated.mentions if m.label in NAME_LABELS}
    for surface in {s for s in here if len(s) > 1} | expected:
        for at in _bare(annotated, surface, covered):
            yield (
                at,
                _near(annotated, at, at + len(surface)),
                "marked elsewhere, not here",
            )


def _other_label(
    annotated: Annotated, marked: dict[str, Counter[str]]
) -> Iterator[Doubt]:
    for mention in annotated.mentions:
        labels = marked[annotated.surface(mention)]
        label, count = labels.most_common(1)[0]
        if label != mention.label and count >= _OFTEN * labels[mention.label]:
            near = _near(annotated, mention.start, mention.end)
            yield mention.start, near, f"{mention.label}, elsewhere {label}"


def _numbers_outside(annotated: Annotated) -> Iterator[Doubt]:
    covered = _covered(annotated)
    for found in _COUNTED.finditer(annotated.text):
        if not covered[found.start()]:
            near = _near(annotated, *found.span())
            yield found.start(), near, "a number with a unit outside every span"


def _without_links(annotated: Annotated) -> Iterator[Doubt]:
    linked = {link.figure for link in annotated.links}
    for i, mention in enumerate(annotated.mentions):
        if mention.label in FIGURE_LABELS and i not in linked:
            near = _near(annotated, mention.start, mention.end)
            yield mention.start, near, "a figure without a link"


def _lone_indicators(
    annotated: Annotated, marked: dict[str, Counter[str]], endings: Counter[str]
) -> Iterator[Doubt]:
    for mention in annotated.mentions:
        surface = annotated.surface(mention)
        once = marked[surface]["INDICATOR"] == 1 and endings[surface[-2:]] == 1
        if mention.label == "INDICATOR" and once:
            near = _near(annotated, mention.start, mention.end)
            yield mention.start, near, "an INDICATOR whose like is nowhere else"


def _sums(annotated: Annotated) -> Iterator[Doubt]:
    parts: dict[int, list[int]] = defaultdict(list)
    for link in annotated.links:
        if link.label == "PART_OF":
            parts[link.head].append(link.figure)
    for head, figures in parts.items():
        total = annotated.mentions[head]
        whole = _value(annotated, total)
        values = [_value(annotated, annotated.mentions[i]) for i in figures]
        known = [value for value in values if value is not None]
        if whole and len(known) == len(values) and not _adds_up(known, whole):
            near = _near(annotated, total.start, total.end)
            added = " + ".join(
                annotated.surface(annotated.mentions[i]) for i in figures
            )
            yield total.start, near, f"PART_OF does not add up: {added}"


def _adds_up(parts: list[Decimal], whole: Decimal) -> bool:
    """Whether parts fill their total, once or several times over, or stay well below.

    A total may be divided more than once (by kind and by place): a run of parts that
    fills it is set aside, and what is left is looked at.
    """
    left, run = Decimal(0), 0
    for part in parts:
        left, run = left + part, run + 1
        if abs(left - whole) <= _ROUNDING * whole:
            left, run = Decimal(0), 0
    gap = (left - whole) / whole
    return gap <= 0 and not (run > 1 and -gap < _CLOSE)


def _value(annotated: Annotated, mention: Mention) -> Decimal | None:
    return parse_figure(annotated.text, mention.start, mention.end).value
