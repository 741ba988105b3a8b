"""Words of a figure to value and unit: cases as data, and no exception on any string."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baoshu.normalize import Quantity, parse_figure, render_figure
from baoshu.units import unit_code

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
@example("亿三", "")  # cn2an: KeyError
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


VALUES = st.decimals("0.01", "9999999", places=2).map(
    lambda d: d.to_integral_value() if d == d.to_integral_value() else d.normalize()
)


@st.composite
def quantities(draw):
    """Everything that `render_figure` writes: a bare 个 list or 番 is none of it."""
    value = draw(VALUES)
    unit = draw(
        st.sampled_from(
            [
                "CNY",
                "%",
                "‰",
                "pp",
                "×",
                "m2",
                "km",
                "mo",
                "d",
                "人次",
                "家",
                "户",
                "亩",
                None,
            ]
        )
    )
    exact = draw(
        st.sampled_from(
            [{}, {"approximate": True}, {"bound": "at_least"}, {"bound": "at_most"}]
        )
    )
    change = draw(st.sampled_from([None, "up", "down"]))
    upper = value + draw(VALUES) if draw(st.booleans()) and not exact else None
    return Quantity(value, upper, unit, change=change, **exact)


@given(quantities())
def test_what_is_rendered_is_read(quantity):
    assert parse_figure(*render_figure(quantity)) == quantity


def test_a_quantity_without_a_value_is_not_written():
    with pytest.raises(ValueError, match="without a value"):
        render_figure(Quantity(None, unit="家"))


def test_there_are_cases_of_every_phenomenon():
    assert len(CASES) >= 400
    groups = Counter(case["group"] for case in CASES)
    assert min(groups.values()) >= 13, groups


@given(st.text(max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_no_exception_on_any_text(text, a, b):
    parse_figure(text, min(a, b), max(a, b))
