"""Headings and what they say about a figure: where it stands, planned or done."""

import pytest

from baoshu.annotations import blank, gold_doc
from baoshu.corpus import pieces
from baoshu.cues import CUES, cues, says_plan
from baoshu.markup import parse
from baoshu.sections import Outline, headings

TEXT = """汀渚县卫健委2023年工作总结
一、2023年工作情况
（一）强化基层。全县新建卫生室12所。
1.签约服务有力
签约3.5万人。
（二）疾病预防
接种8000剂次。
二、2024年工作打算
一是新建卫生室6所。
（一）项目。总投资1.2亿元。
"""


def path(word):
    outline = Outline(TEXT)
    return [TEXT[h.start : h.end] for h in outline.path(TEXT.index(word))]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("汀渚县", []),
        ("12所", ["一、2023年工作情况", "（一）强化基层"]),
        ("3.5万", ["一、2023年工作情况", "（一）强化基层", "1.签约服务有力"]),
        ("8000", ["一、2023年工作情况", "（二）疾病预防"]),
        ("6所", ["二、2024年工作打算", "一是新建卫生室6所"]),
        ("1.2亿", ["二、2024年工作打算", "（一）项目"]),
    ],
)
def test_the_path_at_a_place(word, expected):
    assert path(word) == expected


def test_points_inside_a_paragraph():
    text = (
        "标题\n一、进展\n突出重点:一是抓项目，投入3亿元；二是抓队伍。培训5人。\n"
        "另有7家。这是9家，统一是2家。\n三是抓作风，整改4条。"
    )
    outline = Outline(text)
    paths = {
        word: [text[h.start : h.end] for h in outline.path(text.index(word))]
        for word in ("3亿", "5人", "7家", "2家", "4条")
    }
    assert paths == {
        "3亿": ["一、进展", "一是抓项目"],
        "5人": ["一、进展", "二是抓队伍"],
        "7家": ["一、进展"],
        "2家": ["一、进展"],
        "4条": ["一、进展", "三是抓作风"],
    }


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("第二部分　下一步工作", 0),
        ("三、存在问题", 1),
        ("(四)基层卫生", 2),
        ("2．人才队伍", 3),
        ("（3）设备", 4),
        ("主要做法", 1),
        ("1.2亿元用于设备", None),
        ("全县共有医院12家", None),
        ("各位代表：", None),
        ("一、" + "长" * 80, None),
    ],
)
def test_what_is_a_heading(line, level):
    found = headings(f"标题\n{line}\n{'正文' * 20}。\n")
    assert [h.level for h in found] == ([] if level is None else [level])


def test_lines_in_a_row_are_a_list_not_headings():
    menu = "首页\n政务公开\n统计公报\n"
    assert headings("标题\n" + menu + "短句一个。\n" + menu) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("工作成效\n新建卫生室12所。\n", ["工作成效"]),
        ("前文。\n\n工作成效\n\n新建卫生室12所。\n", ["工作成效"]),
        ("【工作成效】\n新建卫生室12所。\n", ["【工作成效】"]),
        ("上篇　血液保障\n新建献血屋12处。\n", ["上篇　血液保障"]),
        ("县长　沈某某\n新建卫生室12所。\n", []),  # who signs
        ("全年\n新建卫生室12所。\n", []),
        ("工作成效\n投资情况\n", []),
        # What is left of links in a page.
        ("今年颁布实施了《\n公务员法实施条例\n》，并修订完善了配套的规章和制度，贯彻落实了意见。\n", []),
        ("今年，新建\n高速公路\n6700多公里。\n", []),
        ("前文。\n主要预期目标\n是：地区生产总值增长百分之五左右，城镇调查失业率百分之五左右。\n", []),
        ("【打印本页】 【关闭窗口】\n新建卫生室12所。\n", []),
    ],
)  # fmt: skip
def test_an_unnumbered_line_that_names(lines, expected):
    text = f"标题\n{lines}"
    assert [text[h.start : h.end] for h in headings(text)] == expected


def test_a_numbered_first_line_is_no_title():
    assert [h.level for h in headings("一、进展\n新建12所。\n")] == [1]


def test_cues_tell_plan_from_fact():
    places = [TEXT.index(w) for w in ("12所", "6所", "1.2亿元")]
    found = cues(blank().make_doc(TEXT), places)
    assert found.shape == (3, CUES)
    assert found[:, 0].tolist() == [0, 1, 1]  # 打算 in a heading over it
    assert found[:, 4].tolist() == [0, 1, 1]  # a year later than the report's
    assert says_plan(found).tolist() == [False, True, True]


def test_a_piece_keeps_what_stands_over_it():
    """Cut or whole, traditional or simplified: the same cues."""
    source = TEXT.replace("6所", "{f COUNT|6所|plan}").replace("12所", "{COUNT|12所}")
    doc = gold_doc(blank(), parse(source)[0])
    whole = cues(doc, [m[0] for m in doc._.marks])
    cut = [cues(p, [m[0] for m in p._.marks]) for p in pieces(doc, 30)]
    assert len(cut) > 3
    assert [row.tolist() for rows in cut for row in rows] == whole.tolist()
    traditional = blank().make_doc(TEXT.replace("总结", "總結").replace("项", "項"))
    assert cues(traditional, [m[0] for m in doc._.marks]).tolist() == whole.tolist()
