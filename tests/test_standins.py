"""Stand-ins to the named body that the document itself names, or to nothing."""

import csv

import pytest

from baoshu.annotations import blank, gold_doc, read
from baoshu.markup import parse
from baoshu.standins import stand_ins
from conftest import ROOT

TITLE = "{ORG|汀渚县卫生健康局}2023年工作总结\n"


def resolved(source):
    doc = gold_doc(blank(), parse(source)[0])
    return [
        (doc.text[a:b], head.text) for (a, b), head in sorted(stand_ins(doc).items())
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (TITLE + "{ORG|我局}召开会议。", [("我局", "汀渚县卫生健康局")]),
        (TITLE + "{LOC|汀渚县}辖12镇。{LOC|全县}共有。", [("全县", "汀渚县")]),
        (
            TITLE + "{LOC|汀渚县}。{LOC|县内}、{LOC|我县}。",
            [("县内", "汀渚县"), ("我县", "汀渚县")],
        ),
        (
            "{LOC|汀渚县}、{LOC|榆陂县}。{LOC|该县}率先。",
            [("该县", "榆陂县")],
        ),
        (
            "{PROJECT|城北院区建设项目}开工。{PROJECT|该项目}总投资。",
            [("该项目", "城北院区建设项目")],
        ),
        (
            "{ORG|汀渚县人民医院}年报\n{ORG|我院}、{ORG|本院}",
            [("我院", "汀渚县人民医院"), ("本院", "汀渚县人民医院")],
        ),
        ("{ORG|汀渚縣衛生健康局}\n{ORG|我局}", [("我局", "汀渚縣衛生健康局")]),
        (TITLE + "{LOC|全县}共有。", [("全县", "汀渚县")]),
        (
            "{ORG|云岫市汀渚县卫健局}\n{LOC|全县}、{LOC|全市}",
            [("全县", "汀渚县"), ("全市", "云岫市")],
        ),
        # What is not named is not guessed.
        ("{LOC|全市}共有。", []),
        (TITLE + "{LOC|全省}首位。", []),
        ("{ORG|县卫健局}。{ORG|我局}。", []),
        ("{ORG|该院}。{ORG|汀渚县人民医院}", []),
    ],
)
def test_stand_ins(source, expected):
    assert resolved(source) == expected


def test_accuracy_on_read_cases():
    """216 stand-ins of 74 reports, read by two readers and settled by a third.

    The rules were mended with these cases in view: 85.2 % before, 93.5 % after.
    """
    with (ROOT / "tests" / "data" / "standins.tsv").open(encoding="utf8") as file:
        cases = list(csv.DictReader(file, delimiter="\t"))
    assert len(cases) >= 200
    found = {}
    for name in {case["document"] for case in cases}:
        (path,) = (ROOT / "annotations").glob(f"*/{name}.txt")
        found[name] = stand_ins(gold_doc(blank(), read(path)[0]))
    right = 0
    for case in cases:
        start = int(case["start"])
        place = (start, start + len(case["stand_in"]))
        head = found[case["document"]].get(place)
        right += (head.text if head is not None else "-") == case["named"]
    assert right / len(cases) == pytest.approx(0.935, abs=0.01)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{ORG|菱州市审计局}\n{LOC|全市}", [("全市", "菱州市")]),
        ("{LOC|景德镇市}。{LOC|我市}", [("我市", "景德镇市")]),
        ("{LOC|高铁片区}、{LOC|望樟区}。{LOC|全区}", [("全区", "望樟区")]),
        (
            "{ORG|柞清县人民医院}年报。{ORG|市中心医院}来帮。{ORG|医院}共有。",
            [("医院", "柞清县人民医院")],
        ),
        (
            "{ORG|崇泽县第二人民医院}。{ORG|第二人民医院}。{ORG|该院}",
            [("该院", "崇泽县第二人民医院")],
        ),
    ],
)
def test_names_that_hold_the_word_of_another_kind(source, expected):
    assert resolved(source) == expected
