"""Figures as flat rows: the one place where the columns are written.

A cell with several mentions joins them by a semicolon. Columns are named after SDMX
concepts where it has one: observation value, unit measure, observation status,
reference area, time period (SDMX Content-oriented Guidelines, 2016).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from spacy.tokens import Doc, Span

from baoshu.documents import Document
from baoshu.figures import Figure
from baoshu.periods import (
    Interval,
    report_year,
    resolve,
    section_intervals,
    section_year,
)
from baoshu.standins import stand_ins
from baoshu.words import WORDS, head_word

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Fact:
    """One figure as a row.

    Attributes:
        document: Name of the document, "" where it has none.
        page: Number of the page, from 1; None where the document has no pages.
        section: The headings over it, outermost first.
        section_interval: The days that those headings name, as ISO 8601: what a figure
            without a period of its own is likely to be about, but nobody says so.
        start: Character offset of the figure in the text of the document.
        end: Offset behind it.
        text: The figure as written.
        label: MONEY, RATE, COUNT or QUANTITY.
        obs_value: Decimal in ``unit_measure``; None where there is no number.
        obs_upper: The upper end of a range.
        unit_measure: See `baoshu.Figure`.
        obs_status: SDMX: "F" forecast (a target or plan), "E" estimated (approximate
            or a bound), "A" normal.
        approximate: 约 近 余 多 左右.
        bound: None, "at_least" or "at_most".
        change: None, "up" or "down".
        planned: A target or plan.
        indicator: The measured property.
        measures: What is measured.
        measures_named: The named body, where ``measures`` only stands for it.
        scope: Within what, or belonging to whom.
        scope_named: The named body, where ``scope`` only stands for it.
        ref_area: The place among what is measured and its scope, named if it can be.
        time_period: When, as written.
        time_interval: The same as ISO 8601 days, where they are fixed.
        part_of: The total that this is a part of.
        confidence: 0 to 1.
    """

    document: str
    page: int | None
    section: str
    section_interval: str
    start: int
    end: int
    text: str
    label: str
    obs_value: Decimal | None
    obs_upper: Decimal | None
    unit_measure: str | None
    obs_status: str
    approximate: bool
    bound: str | None
    change: str | None
    planned: bool
    indicator: str
    measures: str
    measures_named: str
    scope: str
    scope_named: str
    ref_area: str
    time_period: str
    time_interval: str
    part_of: str
    confidence: float


COLUMNS = tuple(field.name for field in fields(Fact))


def facts(doc: Doc, document: Document | None = None, offset: int = 0) -> list[Fact]:
    """Return one row a figure, in text order.

    Args:
        doc: What the pipeline returned.
        document: What the text was read from; by default a document of that text.
        offset: Where ``doc`` starts in the text of ``document``.
    """
    document = document or Document(doc.text)
    named = stand_ins(doc)
    year = report_year(document.text, document.title, document.date, document.name)
    days = _days(doc, document, offset, year)

    @cache  # many figures stand under the same headings
    def over(headings: tuple[str, ...]) -> str:
        return _joined(map(str, section_intervals(headings, year)))

    return [
        _fact(figure, document, offset, over, days, named) for figure in doc._.figures
    ]


def _days(
    doc: Doc, document: Document, offset: int, year: int | None
) -> dict[tuple[int, int], Interval]:
    """Return, by character offsets in the Doc, the days that its dates mean."""
    found: dict[tuple[int, int], Interval] = {}
    text, before, paragraph = doc.text, None, 0
    for span in doc.ents:
        if span.label_ != "DATE":
            continue
        if text.find("\n", paragraph, span.start_char) >= 0:
            before = None
        there = section_year(document.headings(span.start_char + offset), year)
        days = resolve(span.text, year, there, before)
        paragraph = span.start_char
        if days is not None:
            found[span.start_char, span.end_char] = days
            before = before if span.text.endswith("同期") else days
    return found


def _fact(
    figure: Figure,
    document: Document,
    offset: int,
    over: Callable[[tuple[str, ...]], str],
    days: Mapping[tuple[int, int], Interval],
    named: Mapping[tuple[int, int], Span],
) -> Fact:
    start = figure.span.start_char + offset
    where = [*figure.scopes, *figure.measures]
    areas = [_name(s, named) or s.text for s in where if s.label_ == "LOC"]
    return Fact(
        document=document.name,
        page=document.page(start),
        section=" > ".join(document.section(start)),
        section_interval=over(document.headings(start)),
        start=start,
        end=figure.span.end_char + offset,
        text=figure.span.text,
        label=figure.label,
        obs_value=figure.value,
        obs_upper=figure.upper,
        unit_measure=figure.unit,
        obs_status=_status(figure),
        approximate=figure.approximate,
        bound=figure.bound,
        change=figure.change,
        planned=figure.planned,
        indicator=_joined(span.text for span in figure.indicators),
        measures=_joined(span.text for span in figure.measures),
        measures_named=_joined(_name(span, named) for span in figure.measures),
        scope=_joined(span.text for span in figure.scopes),
        scope_named=_joined(_name(span, named) for span in figure.scopes),
        ref_area=_joined(areas),
        time_period=_joined(span.text for span in figure.periods),
        time_interval=_joined(_at(span, days) for span in figure.periods),
        part_of=_joined(span.text for span in figure.part_of),
        confidence=round(figure.confidence, 4),
    )


def _status(figure: Figure) -> str:
    if figure.planned:
        return "F"
    return "E" if figure.approximate or figure.bound else "A"


def _name(span: Span, named: Mapping[tuple[int, int], Span]) -> str:
    head = named.get((span.start_char, span.end_char))
    return head.text if head is not None else ""


def _at(span: Span, days: Mapping[tuple[int, int], Interval]) -> str:
    found = days.get((span.start_char, span.end_char))
    return str(found) if found else ""


def _joined(texts: Iterable[str]) -> str:
    return "；".join(text for text in texts if text)


def to_frame(docs: Iterable[Doc]) -> "pandas.DataFrame":
    """Return the facts of Docs as a DataFrame, a column for each field of `Fact`.

    Documents are numbered in the first column. Where the pipeline cut words
    (``baoshu.load(words=True)``), ``indicator_head`` is the last word of the indicator:
    家庭医生签约率 and 重点人群签约率 share 签约率. Needs ``baoshu[files]``.
    """
    import pandas

    rows, heads = [], []
    for i, doc in enumerate(docs):
        rows += facts(doc, Document(doc.text, str(i)))
        if WORDS in doc.spans:
            heads += [
                _joined(head_word(span) for span in figure.indicators)
                for figure in doc._.figures
            ]
    frame = pandas.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))
    if len(heads) == len(rows) > 0:
        frame["indicator_head"] = heads
    return frame
