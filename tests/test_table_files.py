"""Every format: exact numbers, safe cells, and the same after a round trip."""

import csv
import io
from dataclasses import asdict, replace
from decimal import Decimal

import pytest

from baoshu.annotations import blank, gold_doc
from baoshu.fact_table import COLUMNS, facts
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from baoshu.table_files import WRITERS, read_json_line
from conftest import TINY

RISKY = ["=cmd()", "+1", "-1", "@x", "\t=1", " =1"]


@pytest.fixture(scope="module")
def rows():
    doc = FigureNormalizer()(gold_doc(blank(), parse(TINY["train/a.txt"])[0]))
    found = facts(doc)
    odd = replace(found[0], obs_value=Decimal(2) / 3, obs_upper=Decimal("1e15"), page=7)
    none = replace(found[1], obs_value=None, unit_measure=None, text="**万元")
    return [*found, odd, none]


def written(ending, rows):
    file = io.BytesIO()
    assert WRITERS[ending](iter(rows), file) == len(rows)
    return file.getvalue()


def test_csv(rows):
    data = written(".csv", rows)
    assert data.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(found[0]) == COLUMNS
    assert [row["obs_value"] for row in found[:3]] == ["68.3", "2.1", "320000000"]
    assert [row["text"] for row in found] == [row.text for row in rows]


def test_jsonl(rows):
    lines = written(".jsonl", rows).decode("utf8").splitlines()
    assert [read_json_line(line) for line in lines] == rows


def test_parquet(rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(io.BytesIO(written(".parquet", rows))).to_pylist()
    twelve = Decimal("1e-12")
    for cells, row in zip(found, rows, strict=True):
        expected = asdict(row)
        for name in ("obs_value", "obs_upper"):
            if expected[name] is not None:
                assert abs(cells[name] - expected[name]) < twelve
                expected[name] = cells[name]
        assert cells == expected


@pytest.mark.parametrize("value", ["1e20", "12345678901234567890.5", "-1e25", "0.1"])
def test_every_number_that_parquet_can_hold(rows, value):
    parquet = pytest.importorskip("pyarrow.parquet")
    data = written(".parquet", [replace(rows[0], obs_value=Decimal(value))])
    found = parquet.read_table(io.BytesIO(data)).to_pylist()
    assert found[0]["obs_value"] == Decimal(value)


def test_a_number_that_parquet_cannot_hold_is_left_empty(rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    data = written(".parquet", [replace(rows[0], obs_value=Decimal("1e40"))])
    assert parquet.read_table(io.BytesIO(data)).to_pylist()[0]["obs_value"] is None


def test_xlsx(rows):
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(io.BytesIO(written(".xlsx", rows))).active
    head, *found = sheet.iter_rows(values_only=True)
    assert head == COLUMNS
    at = {name: i for i, name in enumerate(COLUMNS)}
    assert [row[at["text"]] for row in found] == [row.text for row in rows]
    assert [row[at["obs_value"]] for row in found[:3]] == [68.3, 2.1, 320000000]
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("name", RISKY)
def test_no_cell_is_a_formula(rows, name):
    row = replace(rows[0], document=name)
    text = written(".csv", [row]).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text, newline="")))["document"] == f"'{name}"
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(io.BytesIO(written(".xlsx", [row]))).active
    cell = sheet.cell(2, 1)
    assert cell.data_type == "s" and cell.value.startswith("'")


def test_control_characters_do_not_stop_a_sheet(rows):
    openpyxl = pytest.importorskip("openpyxl")
    data = written(".xlsx", [replace(rows[0], document="a\x0bb")])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.cell(2, 1).value == "a\N{REPLACEMENT CHARACTER}b"
