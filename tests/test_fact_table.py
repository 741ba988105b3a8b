"""Rows and files: exact numbers, safe cells, and the same after a round trip."""

import csv
import io
import json
from decimal import Decimal

import pytest

from baoshu.annotations import blank, gold_doc
from baoshu.fact_table import COLUMNS, facts, to_frame, write_csv, write_jsonl
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from conftest import TINY


@pytest.fixture
def doc():
    return FigureNormalizer()(gold_doc(blank(), parse(TINY["train/a.txt"])[0]))


def test_golden_rows(doc):
    rows = facts(doc, "a.txt", offset=100)
    assert [row.text for row in rows] == ["68.3%", "2.1个百分点", "3.2亿元"]
    first, second, third = rows
    assert (first.obs_value, first.unit_measure) == (Decimal("68.3"), "%")
    assert (first.measures, first.indicator) == ("重点人群", "签约率")
    assert (first.scope, first.time_period, first.planned) == ("全县", "2023年", False)
    assert (second.change, second.unit_measure) == ("up", "pp")
    assert (third.obs_value, third.planned) == (Decimal(320000000), True)
    assert all(doc.text[r.start - 100 : r.end - 100] == r.text for r in rows)


def test_figures_survive_serialisation(doc):
    from spacy.tokens import Doc

    twin = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert facts(twin) == facts(doc)


def test_csv_round_trip(doc):
    file = io.StringIO(newline="")
    assert write_csv(facts(doc, "a"), file) == 3
    rows = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["obs_value"] for row in rows] == ["68.3", "2.1", "320000000"]


def test_jsonl_round_trip(doc):
    file = io.StringIO()
    assert write_jsonl(facts(doc, "a"), file) == 3
    rows = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [Decimal(row["obs_value"]) for row in rows] == [
        f.obs_value for f in facts(doc)
    ]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "\t=1", " =1"])
def test_a_formula_is_made_safe(doc, name):
    file = io.StringIO(newline="")
    write_csv(facts(doc, name), file)
    row = next(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert row["document"] == f"'{name}"


def test_frame(doc):
    frame = to_frame([doc, doc])
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 6
    assert list(frame["document"]) == ["0"] * 3 + ["1"] * 3
    assert frame["obs_value"][2] == Decimal(320000000)
