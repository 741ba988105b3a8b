"""``doc._.figures``: every figure of a Doc with its value, its unit and its links."""

from dataclasses import dataclass
from decimal import Decimal

from spacy.tokens import Doc, Span

from baoshu import extensions  # noqa: F401  registers what is read here
from baoshu.labels import FIGURE_LABELS, LINK_LABELS


@dataclass(frozen=True)
class Figure:
    """A MONEY, RATE, COUNT or QUANTITY entity and what was found out about it.

    Attributes:
        span: The entity; ``span.start_char`` points into the text given.
        label: Its label.
        value: In ``unit``; None where the words hold no number.
        upper: The upper end of a range.
        unit: ISO 4217, ``% ‰ ‱ pp × 1``, a UCUM code, or the counting word.
        approximate: 约 近 余 多 左右 数十.
        bound: None, "at_least" or "at_most".
        change: None, "up" or "down": the figure is the size of a change.
        planned: A target or plan, not a fact.
        measures: What it is a number of.
        indicators: Which property of it.
        scopes: Within what, or belonging to whom.
        periods: When.
        part_of: The figure spans of its total.
        confidence: 0 to 1, how likely span and links are all right.
    """

    span: Span
    label: str
    value: Decimal | None
    upper: Decimal | None
    unit: str | None
    approximate: bool
    bound: str | None
    change: str | None
    planned: bool
    measures: tuple[Span, ...]
    indicators: tuple[Span, ...]
    scopes: tuple[Span, ...]
    periods: tuple[Span, ...]
    part_of: tuple[Span, ...]
    confidence: float


def get_figures(doc: Doc) -> tuple[Figure, ...]:
    """Return the figures of a Doc in text order; empty where nothing has read it."""
    spans = {(ent.start_char, ent.end_char): ent for ent in doc.ents}
    links: dict[tuple[int, int], dict[str, list[Span]]] = {}
    for a, b, c, d, label, _ in doc._.links:
        by_label = links.setdefault((a, b), {name: [] for name in LINK_LABELS})
        by_label[label].append(spans[c, d])
    marks = {(a, b): rest for a, b, *rest in doc._.marks}
    quantities = {(a, b): rest for a, b, *rest in doc._.quantities}
    return tuple(
        _figure(ent, quantities[where], marks[where], links.get(where, {}))
        for where, ent in spans.items()
        if ent.label_ in FIGURE_LABELS and where in quantities and where in marks
    )


def _figure(
    span: Span, quantity: list, mark: list, links: dict[str, list[Span]]
) -> Figure:
    value, upper, unit, approximate, bound, _ = quantity
    planned, change, confidence = mark
    return Figure(
        span=span,
        label=span.label_,
        value=None if value is None else Decimal(value),
        upper=None if upper is None else Decimal(upper),
        unit=unit,
        approximate=approximate,
        bound=bound,
        change=change or None,
        planned=planned,
        measures=tuple(links.get("MEASURES", ())),
        indicators=tuple(links.get("INDICATOR", ())),
        scopes=tuple(links.get("SCOPE", ())),
        periods=tuple(links.get("PERIOD", ())),
        part_of=tuple(links.get("PART_OF", ())),
        confidence=confidence,
    )


if not Doc.has_extension("figures"):
    Doc.set_extension("figures", getter=get_figures)
