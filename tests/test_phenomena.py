"""Counts by hand on small texts; the quotas of the corpus itself."""

import pytest

from baoshu.markup import parse
from baoshu.phenomena import LONG_PARAGRAPH, phenomena, style


def test_counts_by_hand():
    source = (
        "{l LOC|全县}{i INDICATOR|签约率}{a RATE|68%|INDICATOR:i SCOPE:l}，提高"
        "{b RATE|2%|INDICATOR:i SCOPE:l delta:up}。{t ITEM|甲}、{u ITEM|乙}分别"
        "{c COUNT|7家|MEASURES:t SCOPE:l}、{d COUNT|5家|MEASURES:u plan}，其中"
        "{e COUNT|3家|MEASURES:u PART_OF:d}。"
    )
    assert phenomena(parse(source)[0]) == {
        "links": 9,
        "figures": 5,
        "distribution": 3,
        "part": 1,
        "cross_sentence": 1,
        "plan": 1,
        "delta": 1,
        "no_indicator": 3,
        "three_or_more": 3,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全县,医院,12家。", {"half-width"}),
        ("全县，医院12家。", set()),
        ("衞生系統醫療機構", {"traditional"}),
        ("共1,234元", {"thousands separators"}),
        ("共１２家", {"full-width digits"}),
        ("三家、五人、六名、七个、八户", {"Chinese numerals"}),
        ("长" * LONG_PARAGRAPH, {"very long paragraph"}),
        ("长\n" * LONG_PARAGRAPH, set()),
    ],
)
def test_style(text, expected):
    assert style(text) == expected
