"""The inline form: round trips, and every kind of mistake is reported with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoshu.markup import parse, render
from conftest import TINY


@pytest.mark.parametrize("source", TINY.values())
def test_round_trip(source):
    annotated, problems = parse(source)
    assert problems == []
    assert render(annotated) == source
    for mention in annotated.mentions:
        assert annotated.surface(mention) in source


def test_offsets_and_links():
    annotated, _ = parse("共{t1 ITEM|医院}{f1 COUNT|12家|MEASURES:t1 plan delta:up}。")
    assert annotated.text == "共医院12家。"
    assert [(m.start, m.end, m.label) for m in annotated.mentions] == [
        (1, 3, "ITEM"),
        (3, 6, "COUNT"),
    ]
    assert [(x.figure, x.head, x.label) for x in annotated.links] == [
        (1, 0, "MEASURES")
    ]
    assert annotated.flags == {1: ("plan", "delta:up")}


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("一\n{THING|东西}", 2, "unknown label THING"),
        ("{DATE|今年", 1, "stray '{'"),
        ("今年}", 1, "stray '}'"),
        ("{DATE|{LOC|全县}}", 1, "nested"),
        ("{DATE}", 1, "not {LABEL|text}"),
        ("{f1 COUNT|3家|plan|x}", 1, "not {LABEL|text}"),
        ("{DATE| 今年}", 1, "space at its edge"),
        ("{DATE|}", 1, "empty"),
        ("{d1 DATE|今年}{d1 DATE|去年}", 1, "id used twice"),
        ("{f1 COUNT|3家|MEASURES:x}", 1, "unknown id"),
        ("{f1 COUNT|3家|OWNS:f1}", 1, "unknown link or flag"),
        ("{f1 COUNT|3家|planned}", 1, "unknown link or flag"),
        ("{d1 DATE|今年}{f1 COUNT|3家|MEASURES:d1}", 1, "may not lead to DATE"),
        ("{d1 DATE|今年}\n{f1 COUNT|3家|PERIOD:d1}", 2, "out of the paragraph"),
        ("{l1 LOC|全县}{d1 DATE|今年|SCOPE:l1}", 1, "which is no figure"),
        ("{f1 COUNT|3家}{f2 RATE|3%|PART_OF:f1}", 1, "PART_OF from RATE to COUNT"),
        ("{t1 ITEM|医院}{f1 COUNT|3家|MEASURES:t1 SCOPE:t1}", 1, "to the same span"),
        ("{DATE|今年|plan}", 1, "a flag on what is no figure"),
        ("{f1 COUNT|3家|delta:up delta:down}", 1, "contradict"),
        ("{ITEM|医院}", 1, "no figure links to"),
        ("{f1 COUNT|多家}", 1, "without a numeral"),
    ],
)
def test_mistakes_are_reported(source, line, message):
    _, problems = parse(source)
    assert any(p.line == line and message in p.message for p in problems), problems


@given(st.text(alphabet="{}|: \nDATEf1今年3家", max_size=60))
def test_any_string_is_parsed_or_reported(source):
    annotated, problems = parse(source)
    if not problems:
        assert parse(render(annotated))[0] == annotated
