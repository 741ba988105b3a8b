"""Facts as files: csv, jsonl, parquet and xlsx."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from decimal import Decimal, localcontext
from typing import IO, Any

from baoshu.errors import BaoshuError
from baoshu.fact_table import COLUMNS, Fact
from baoshu.messages import _

_RISKY = ("=", "+", "-", "@", "\t", "\r")
PRECISION = 38  # digits of a value in parquet
SCALE = 12  # of them behind the point
_BATCH = 10_000  # rows
_REPLACED = "\N{REPLACEMENT CHARACTER}"  # for what xlsx cannot hold


def write_csv(
    rows: Iterable[Fact], file: IO[bytes], encoding: str = "utf-8-sig"
) -> int:
    """Write csv, in UTF-8 with a mark, by which Excel knows it; return the row count.

    Cells that a spreadsheet would run as a formula get an apostrophe before them
    (OWASP, CSV injection).
    """
    text = io.TextIOWrapper(file, encoding, newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    n = 0
    for row in rows:
        writer.writerow([_safe(cell) for cell in asdict(row).values()])
        n += 1
    text.flush()
    text.detach()
    return n


def _safe(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    risky = isinstance(cell, str) and cell.lstrip(" ").startswith(_RISKY)
    return f"'{cell}" if risky else cell


def write_jsonl(rows: Iterable[Fact], file: IO[bytes]) -> int:
    """Write one JSON object a line and return their number; Decimals as strings."""
    n = 0
    for row in rows:
        file.write(json_line(row).encode("utf8") + b"\n")
        n += 1
    return n


def json_line(row: Fact) -> str:
    cells = {
        name: format(cell, "f") if isinstance(cell, Decimal) else cell
        for name, cell in asdict(row).items()
    }
    return json.dumps(cells, ensure_ascii=False)


def read_json_line(line: str) -> Fact:
    """Return the fact that `json_line` wrote."""
    cells = json.loads(line)
    for name in ("obs_value", "obs_upper"):
        cells[name] = None if cells[name] is None else Decimal(cells[name])
    return Fact(**cells)


def write_parquet(rows: Iterable[Fact], file: IO[bytes]) -> int:
    """Write parquet and return the row count.

    Values are decimal128(38, 12): a fraction such as 2/3 is rounded to twelve places.

    Raises:
        BaoshuError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise BaoshuError(_('parquet needs pip install "baoshu[files]"')) from error
    kinds = {
        "Decimal": pyarrow.decimal128(PRECISION, SCALE), "str": pyarrow.string(),
        "int": pyarrow.int64(), "bool": pyarrow.bool_(), "float": pyarrow.float64(),
    }  # fmt: skip
    schema = pyarrow.schema([(f.name, kinds[kind_of(f.type)]) for f in fields(Fact)])
    n = 0
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in _batches(rows):
            cells = [{k: rounded(v) for k, v in asdict(row).items()} for row in batch]
            writer.write_table(pyarrow.Table.from_pylist(cells, schema))
            n += len(batch)
    return n


def kind_of(annotation: Any) -> str:
    """Return the name of the type that is not None in ``Decimal | None``."""
    options = getattr(annotation, "__args__", (annotation,))
    return next(kind for kind in options if kind is not type(None)).__name__


def rounded(cell: Any) -> Any:
    """Return a cell as parquet holds it: a Decimal of `SCALE` places, None past them."""
    if not isinstance(cell, Decimal):
        return cell
    if cell.adjusted() >= PRECISION - SCALE:
        return None
    with localcontext() as context:
        context.prec = PRECISION + 1
        return cell.quantize(Decimal(1).scaleb(-SCALE))


def _batches(rows: Iterable[Fact]) -> Iterator[list[Fact]]:
    batch: list[Fact] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def write_xlsx(rows: Iterable[Fact], file: IO[bytes]) -> int:
    """Write one sheet and return the row count; no cell is a formula.

    Raises:
        BaoshuError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError as error:
        raise BaoshuError(_('xlsx needs pip install "baoshu[files]"')) from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet("figures")
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    n = 0
    for row in rows:
        cells = [
            ILLEGAL_CHARACTERS_RE.sub(_REPLACED, _safe(cell))
            if isinstance(cell, str)
            else cell
            for cell in asdict(row).values()
        ]
        sheet.append(cells)
        n += 1
    book.save(file)
    return n


WRITERS = {
    ".csv": write_csv,
    ".jsonl": write_jsonl,
    ".parquet": write_parquet,
    ".xlsx": write_xlsx,
}
