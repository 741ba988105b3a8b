"""Rows and files: exact numbers, safe cells, and the same after a round trip."""

from decimal import Decimal

import pytest

from baoshu.annotations import blank, gold_doc
from baoshu.documents import Document
from baoshu.fact_table import COLUMNS, facts, to_frame
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from conftest import TINY


@pytest.fixture
def doc():
    return FigureNormalizer()(gold_doc(blank(), parse(TINY["train/a.txt"])[0]))


def test_golden_rows(doc):
    text = "封面\n" * 2 + doc.text
    document = Document(text, "a.txt", title="2023年总结", pages=(0, 6))
    rows = facts(doc, document, offset=6)
    assert [row.text for row in rows] == ["68.3%", "2.1个百分点", "3.2亿元"]
    first, second, third = rows
    assert (first.obs_value, first.unit_measure) == (Decimal("68.3"), "%")
    assert (first.measures, first.indicator) == ("重点人群", "签约率")
    assert (first.scope, first.time_period, first.planned) == ("全县", "2023年", False)
    assert first.time_interval == "2023-01-01/2023-12-31"
    assert (first.document, first.page, first.obs_status) == ("a.txt", 2, "A")
    assert (second.change, second.unit_measure) == ("up", "pp")
    assert (third.obs_value, third.planned) == (Decimal(320000000), True)
    assert (third.time_interval, third.obs_status) == ("2024-01-01/2024-12-31", "F")
    assert all(text[r.start : r.end] == r.text for r in rows)


def test_a_period_is_read_where_it_stands():
    source = (
        "汀渚县卫健局2023年工作总结\n一、2023年工作\n"
        "{d1 DATE|1—9月}接诊{f1 COUNT|9万人|PERIOD:d1}，{d2 DATE|去年同期}{f2 COUNT|8万人|PERIOD:d2}。\n"
        "{d3 DATE|去年同期}{f3 COUNT|3家|PERIOD:d3}。\n"
        "二、2024年工作打算\n{d4 DATE|年底}建成{f4 COUNT|6所|PERIOD:d4}，{d5 DATE|今年}已建{f5 COUNT|2所|PERIOD:d5}。\n"
    )
    rows = facts(FigureNormalizer()(gold_doc(blank(), parse(source)[0])))
    this, plan = "2023-01-01/2023-12-31", "2024-01-01/2024-12-31"
    assert [row.section_interval for row in rows] == [this, this, this, plan, plan]
    assert [row.time_interval for row in rows] == [
        "2023-01-01/2023-09-30",
        "2022-01-01/2022-09-30",
        "2022-01-01/2022-12-31",
        "2024-12-31",
        "2023-01-01/2023-12-31",
    ]


def test_figures_survive_serialisation(doc):
    from spacy.tokens import Doc

    twin = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert facts(twin) == facts(doc)


def test_frame(doc):
    frame = to_frame([doc, doc])
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 6
    assert list(frame["document"]) == ["0"] * 3 + ["1"] * 3
    assert frame["obs_value"][2] == Decimal(320000000)
