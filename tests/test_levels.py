"""Levels that something has reached, and dates of several years."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoshu.annotations import blank, files, gold_doc, read
from baoshu.levels import levels, of_several_years
from conftest import ROOT

# the figures are marked; those behind ! are levels
ROWS = [
    "森林覆盖率达到!【55%】",
    "床位增至!【900张】",
    "由!【6.1万元】提高到!【8.9万元】",
    "运营里程突破!【580公里】",
    "人均可支配收入超过【4万元】",  # 超过 alone says nothing: 改造超过11万户
    "覆盖率、治理率分别提高到!【88%】、!【83.6%】、!【87.5%】",
    "建成学校【58所】、医院【3家】",
    "累计投入达到【3亿元】",
    "年均增长【5.1%】",
    "增长【5.1%】、达到!【1.2亿元】",
    "民生支出占比稳定在【八成】",
    "参保率稳定在!【98%】",
    "经济总量连跨【六个】千亿元台阶",
    "经济总量跨过!【4万亿元】大关",
    "參保人數達到!【26萬人】",
    "达到!【5个】，新建【3个】",
    "累计净增经营主体【155万户】、总量达!【474万户】",
    "支出占比连续【五年】保持在【四分之三】以上",
    "研发投入强度突破!【2%】",
]


@pytest.mark.parametrize("row", ROWS)
def test_levels(row):
    wanted = [bool(mark) for mark in re.findall("(!?)【", row)]
    text, figures = "", []
    for before, figure, after in re.findall("([^【】]*)【(.*?)】([^【】]*$)?", row):
        text += before.removesuffix("!")
        figures.append((len(text), len(text) + len(figure)))
        text += figure + after
    assert text == re.sub("[!【】]", "", row)
    assert levels(text, figures) == wanted


@given(st.text("达到增至累计由提高、，。3个%", max_size=60), st.data())
def test_one_answer_a_figure(text, data):
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8).map(list)))
    figures = list(zip(edges[::2], edges[1::2], strict=False))
    found = levels(text, figures)
    assert len(found) == len(figures)
    # what stands behind a sentence that has ended changes nothing before it
    assert levels(text + "。累计达到3个", figures) == found


@pytest.mark.parametrize(
    ("text", "date", "several"),
    [
        ("五年来，全市", "五年", True),
        ("“十四五”时期，全市", "“十四五”时期", True),
        ("2021—2024年，全市", "2021—2024年", True),
        ("近三年流失", "近三年", True),
        ("从三年前的", "三年", False),
        ("力争三年内把", "三年", False),
        ("2024年，全市", "2024年", False),
        ("全年完成", "全年", False),
        ("上半年完成", "上半年", False),
        ("“十三五”末的", "“十三五”末", False),
        ("目前共有", "目前", False),
    ],
)
def test_dates_of_several_years(text, date, several):
    start = text.index(date)
    assert of_several_years(text, start, start + len(date)) is several


def test_annotated_levels_have_no_period_of_several_years():
    """What the rule forbids no reader has annotated, in 364 reports."""
    nlp, seen = blank(), 0
    for part in ("train", "dev"):
        for path in files(ROOT / "annotations" / part):
            doc = gold_doc(nlp, read(path)[0])
            spans = {(e.start_char, e.end_char): e.label_ for e in doc.ents}
            figures = sorted({link[:2] for link in doc._.links})
            reached = dict(zip(figures, levels(doc.text, figures), strict=True))
            for link in doc._.links:
                if link[4] != "PERIOD" or not reached[link[:2]]:
                    continue
                assert spans[link[2:4]] == "DATE"
                seen += 1
                assert not of_several_years(doc.text, *link[2:4]), (path, link)
    assert seen > 500
