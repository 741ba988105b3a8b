"""Figures as flat rows, and rows as csv, jsonl or a DataFrame.

The one place where the columns are written. A cell with several mentions joins them
by a semicolon. Column names follow SDMX where it has a concept (observation value,
unit measure, time period).
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from spacy.tokens import Doc, Span

from baoshu.figures import Figure

if TYPE_CHECKING:
    import pandas

_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Fact:
    """One figure as a row.

    Attributes:
        document: Name of the document, "" where it has none.
        start: Character offset of the figure in the document.
        end: Offset behind it.
        text: The figure as written.
        label: MONEY, RATE, COUNT or QUANTITY.
        obs_value: Decimal in ``unit_measure``; None where there is no number.
        obs_upper: The upper end of a range.
        unit_measure: See `baoshu.Figure`.
        approximate: 约 近 余 多 左右.
        bound: None, "at_least" or "at_most".
        change: None, "up" or "down".
        planned: A target or plan.
        indicator: The measured property.
        measures: What is measured.
        scope: Within what, or belonging to whom.
        time_period: When, as written.
        part_of: The total that this is a part of.
        confidence: 0 to 1.
    """

    document: str
    start: int
    end: int
    text: str
    label: str
    obs_value: Decimal | None
    obs_upper: Decimal | None
    unit_measure: str | None
    approximate: bool
    bound: str | None
    change: str | None
    planned: bool
    indicator: str
    measures: str
    scope: str
    time_period: str
    part_of: str
    confidence: float


COLUMNS = tuple(field.name for field in fields(Fact))


def facts(doc: Doc, document: str = "", offset: int = 0) -> list[Fact]:
    """Return one row a figure, in text order.

    Args:
        doc: What the pipeline returned.
        document: Name of the document, for the first column.
        offset: Where ``doc`` starts in the document, added to start and end.
    """
    return [_fact(figure, document, offset) for figure in doc._.figures]


def _fact(figure: Figure, document: str, offset: int) -> Fact:
    return Fact(
        document=document,
        start=figure.span.start_char + offset,
        end=figure.span.end_char + offset,
        text=figure.span.text,
        label=figure.label,
        obs_value=figure.value,
        obs_upper=figure.upper,
        unit_measure=figure.unit,
        approximate=figure.approximate,
        bound=figure.bound,
        change=figure.change,
        planned=figure.planned,
        indicator=_joined(figure.indicators),
        measures=_joined(figure.measures),
        scope=_joined(figure.scopes),
        time_period=_joined(figure.periods),
        part_of=_joined(figure.part_of),
        confidence=round(figure.confidence, 4),
    )


def _joined(spans: Iterable[Span]) -> str:
    return "；".join(span.text for span in spans)


def to_frame(docs: Iterable[Doc]) -> "pandas.DataFrame":
    """Return the facts of Docs as a DataFrame, a column for each field of `Fact`.

    Documents are numbered in the first column. Needs ``baoshu[files]``.
    """
    import pandas

    rows = [fact for i, doc in enumerate(docs) for fact in facts(doc, str(i))]
    return pandas.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))


def write_csv(rows: Iterable[Fact], file: IO[str]) -> int:
    """Write csv and return the number of rows.

    Cells that a spreadsheet would run as a formula get an apostrophe before them
    (OWASP, CSV injection). Open ``file`` with ``newline=""``.
    """
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    n = 0
    for row in rows:
        writer.writerow([_safe(cell) for cell in asdict(row).values()])
        n += 1
    return n


def _safe(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    risky = isinstance(cell, str) and cell.lstrip(" ").startswith(_RISKY)
    return f"'{cell}" if risky else cell


def write_jsonl(rows: Iterable[Fact], file: IO[str]) -> int:
    """Write one JSON object a line and return their number; Decimals as strings."""
    n = 0
    for line in json_lines(rows):
        file.write(line + "\n")
        n += 1
    return n


def json_lines(rows: Iterable[Fact]) -> Iterator[str]:
    for row in rows:
        cells = {
            name: format(cell, "f") if isinstance(cell, Decimal) else cell
            for name, cell in asdict(row).items()
        }
        yield json.dumps(cells, ensure_ascii=False)
