"""Words of a figure to value and unit: cases as data, and no exception on any string."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoshu.normalize import parse_figure, unit_code

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "figures.jsonl")
    .read_text("utf8")
    .splitlines()
]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['group']}-{case['text']}"
)
def test_case(case):
    found = parse_figure(case["text"], case["start"], case["end"])
    expected = {
        "upper": None,
        "approximate": False,
        "bound": None,
        "change": None,
        **case,
    }
    for name in ("value", "upper"):
        number = getattr(found, name)
        assert (None if number is None else format(number, "f")) == expected[name]
        assert number is None or isinstance(number, Decimal)
    for name in ("unit", "approximate", "bound", "change"):
        assert getattr(found, name) == expected[name], name


@given(
    st.text(
        alphabet="0123456789.,万亿百千十两三半几余多%‰个元名分之成-—至:/ 约近超",
        max_size=12,
    ),
    st.text(max_size=6),
)
def test_no_exception_on_any_string(figure, context):
    text = context + figure + context
    parse_figure(text, len(context), len(context) + len(figure))


@given(st.decimals("0.01", "99999", places=2), st.sampled_from(["", "万", "亿"]))
def test_what_is_written_is_read(number, scale):
    factor = {"": 1, "万": 10**4, "亿": 10**8}[scale]
    text = f"共{number}{scale}元"
    found = parse_figure(text, 1, len(text))
    assert found.value == number * factor
    assert found.unit == "CNY"


@given(st.integers(1, 99_999_999))
def test_chinese_numerals(number):
    import cn2an

    text = cn2an.an2cn(number) + "人"
    assert parse_figure(text, 0, len(text)).value == number


def test_unit_code_of_the_unknown_is_the_word():
    assert unit_code("箩筐") == "箩筐"
    assert unit_code("") is None
