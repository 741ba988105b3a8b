"""Does a report add up? Equations between its linked figures, checked and explained.

Each kind of equation is proposed by a module of its own (`sums`, `rates`, `averages`,
`changes`, `repeats`), all are checked alike (`equations.check`), and for those that fail
the figure is sought whose correction mends most and breaks least.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Any, NamedTuple

from spacy.tokens import Doc, Span

from baoshu.averages import averages
from baoshu.changes import changes
from baoshu.equations import (
    CONSISTENT,
    CONTRADICTION,
    FORMS,
    ROUNDING,
    Check,
    Equation,
    check,
)
from baoshu.rates import rates
from baoshu.repeats import bounds, repeats
from baoshu.slips import corrected, meant
from baoshu.sums import sums
from baoshu.terms import Term, Terms

# How far each way of finding an equation can be trusted where all links are right: set
# by hand, highest where the words say it outright.
WAYS = {
    "totalled": 0.99, "rest": 0.98, "divided": 0.95, "shared out": 0.95, "kinds": 0.95, "listed": 0.97, "part": 0.99, "among": 0.95,
    "share": 0.98, "share of a name": 0.95, "goal beside": 0.98, "goal by name": 0.95,
    "named ratio": 0.95, "stem": 0.97, "mean": 0.95, "in all": 0.98, "vital": 0.95,
    "per thousand": 0.9, "growth": 0.98, "from to": 0.97, "against": 0.97, "repeat": 0.9,
    "limit": 0.95,
}  # fmt: skip
SURE = 0.7  # what contradicts with less confidence is a doubt, not a finding to act on


class Explanation(NamedTuple):
    """What is wrong, or right, in one line of Chinese and one of English."""

    zh: str
    en: str


@dataclass(frozen=True)
class Finding:
    """An equation between figures and how it came out.

    Attributes:
        kind: "sum", "part", "rate", "average", "product", "change", "repeat" or "bound".
        verdict: "consistent"; "rounding" where it differs by no more than the stated
            precision and 约, 余, 近 allow; "contradiction".
        figures: The figures of it, the one at fault first; of a sum the total first.
        equation: In the words of the report: 7名 + 5名 = 12名.
        expected: What the other figures give, in ``unit``.
        stated: What the report says.
        unit: As `baoshu.Figure.unit`.
        explanation: One line each, ``zh`` and ``en``.
        confidence: 0 to 1, how likely the figures belong together in this way: by
            how the equation was found, times the scores of the links that it rests on
            and of the spans of its figures.
    """

    kind: str
    verdict: str
    figures: tuple[Span, ...]
    equation: str
    expected: Decimal
    stated: Decimal
    unit: str | None
    explanation: Explanation
    confidence: float


def verify(docs: Doc | Iterable[Doc]) -> list[Finding]:
    """Return every equation found between the figures of reports, in text order.

    Args:
        docs: What the pipeline returned, or gold Docs through the normaliser. Several
            are one collection: what one says twice is compared with the others too.

    Returns:
        Consistent ones too; `contradictions` picks what is to be acted on.
    """
    reports = [docs] if isinstance(docs, Doc) else list(docs)
    checked = equations(reports)
    suspects = _Suspects(checked)
    findings = [
        _finding(equation, found, suspects.order(equation, found))
        for equation, found in checked
    ]
    place = {doc: i for i, doc in enumerate(reports)}
    return sorted(findings, key=lambda f: (place[f.figures[0].doc], f.figures[0].start))


def contradictions(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that contradict a report and are sure: `SURE` or more."""
    return [
        finding
        for finding in findings
        if finding.verdict == CONTRADICTION and finding.confidence >= SURE
    ]


def equations(docs: Sequence[Doc]) -> list[tuple[Equation, Check]]:
    """Return the equations of reports and how each came out."""
    return [
        (equation, found)
        for equation in _proposed([Terms(doc) for doc in docs])
        for found in [check(equation)]
        if found is not None
    ]


def _proposed(reports: Sequence[Terms]) -> Iterator[Equation]:
    for terms in reports:
        for kind in (sums, rates, averages, changes, bounds):
            yield from kind(terms)
    yield from repeats(reports)


def _confidence(equation: Equation) -> float:
    """Return how likely figures belong together: the way, the links and the spans.

    As if each could be wrong by itself, which is too careful rather than too bold.
    """
    certain = prod(term.certain for term in equation.terms)
    return WAYS[equation.way] * equation.links * certain


class _Suspects:
    """Who is at fault: the figure whose correction mends most and breaks least."""

    def __init__(self, checked: Sequence[tuple[Equation, Check]]) -> None:
        self._of: dict[Term, list[tuple[Equation, Check]]] = defaultdict(list)
        for equation, found in checked:
            for term in equation.terms:
                self._of[term].append((equation, found))

    def order(self, equation: Equation, found: Check) -> tuple[Term, ...]:
        """Return the terms of an equation, the likeliest at fault first."""
        if found.verdict != CONTRADICTION or len(equation.terms) == 1:
            return equation.terms
        return tuple(sorted(equation.terms, key=self._guilt, reverse=True))

    def _guilt(self, term: Term) -> tuple[float, float]:
        """Return what a slip in a figure would explain, and its failures less its fits."""
        mine = self._of[term][:MOST_EQUATIONS]
        best = max(
            (
                sum(_gain(e, f, term, v) * _confidence(e) for e, f in mine)
                for v in meant(term, lost=True)
            ),
            default=0.0,
        )
        fails = {CONTRADICTION: 1, CONSISTENT: -1}
        bare = (
            fails.get(f.verdict, 0) * _confidence(e)
            for e, f in mine
            if FORMS[e.form].sign == "="
        )
        return best, sum(bare)


_FIT = {CONSISTENT: 2, ROUNDING: 1, CONTRADICTION: -2}
MOST_EQUATIONS = 30  # of one figure that are tried with another value of it


def _gain(equation: Equation, found: Check, term: Term, value: Decimal) -> int:
    """Return how far another value of a figure mends an equation, or breaks it."""
    other = corrected(term, value)
    again = check(equation.with_term(term, other))
    if again is None:
        return 0
    return _FIT[again.verdict] - _FIT[found.verdict]


def _finding(equation: Equation, found: Check, order: tuple[Term, ...]) -> Finding:
    form, result = FORMS[equation.form], equation.result
    figure = result.figure
    value = figure.value or Decimal(0)
    said = {
        "expected": result.stated.written(found.expected, figure.unit),
        "stated": figure.span.text,
    }
    agree = found.verdict == CONSISTENT
    return Finding(
        kind=form.kind,
        verdict=found.verdict,
        figures=tuple(term.span for term in order),
        equation=equation.written(),
        expected=found.expected,
        stated=value,
        unit=figure.unit,
        explanation=Explanation(
            "相符" if agree else form.zh.format(**said),
            "it fits" if agree else form.en.format(**said),
        ),
        confidence=round(_confidence(equation), 4),
    )


def to_json(finding: Finding, places: Mapping[Doc, tuple[str, int]]) -> dict[str, Any]:
    """Return a finding as plain JSON.

    Args:
        finding: What `verify` returned.
        places: Of each Doc the name of its document, and where in that it starts.
    """
    return {
        "kind": finding.kind,
        "verdict": finding.verdict,
        "figures": [
            {
                "document": name,
                "start": span.start_char + offset,
                "end": span.end_char + offset,
                "text": span.text,
            }
            for span in finding.figures
            for name, offset in [places[span.doc]]
        ],
        "equation": finding.equation,
        "expected": format(finding.expected, "f"),
        "stated": format(finding.stated, "f"),
        "unit": finding.unit,
        "explanation": finding.explanation._asdict(),
        "confidence": finding.confidence,
    }
