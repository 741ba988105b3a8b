"""Doubts about annotations: each kind raised where it should be, and nowhere else."""

import pytest

from baoshu.audit import audit

CASES = {
    "marked elsewhere, not here": (
        "{LOC|柘溪镇}开展义诊。\n柘溪镇的做法值得推广。",
        ["2: marked elsewhere, not here: '溪镇开展义诊。⏎【柘溪镇】"],
    ),
    "a number with a unit outside every span": (
        "{t1 ITEM|医院}{f1 COUNT|12家|MEASURES:t1}，床位630张、护士80人。",
        ["1: a number with a unit outside every span"],
    ),
    "a figure without a link": ("共有{COUNT|12家}。", ["1: a figure without a link"]),
    "PART_OF does not add up": (
        "{t ITEM|医院}{a COUNT|12家|MEASURES:t}（甲{b COUNT|7家|MEASURES:t PART_OF:a}、"
        "乙{c COUNT|6家|MEASURES:t PART_OF:a}）",
        ["1: PART_OF does not add up: 7家 + 6家"],
    ),
    "an INDICATOR whose like is nowhere else": (
        "{i INDICATOR|签约率}{f RATE|68%|INDICATOR:i}",
        ["1: an INDICATOR whose like is nowhere else"],
    ),
    "parts that fill their total twice": (
        "{t ITEM|医院}{a COUNT|12家|MEASURES:t}（甲{b COUNT|7家|MEASURES:t PART_OF:a}、"
        "乙{c COUNT|5家|MEASURES:t PART_OF:a}，其中丙{d COUNT|3家|MEASURES:t PART_OF:a}）",
        [],
    ),
    "a name inside a longer name": ("{LOC|全县}与{ORG|全县人大}", []),
}


@pytest.mark.parametrize("case", CASES)
def test_each_doubt(tmp_path, case):
    source, expected = CASES[case]
    path = tmp_path / "a.txt"
    path.write_text(source, "utf8")
    said = [str(doubt).removeprefix(f"{path}:") for doubt in audit(tmp_path)]
    assert len(said) == len(expected), said
    for found, start in zip(said, expected, strict=True):
        assert found.startswith(start)


def test_another_label_and_another_script(tmp_path):
    (tmp_path / "a.txt").write_text("{LOC|全縣}" * 6, "utf8")
    (tmp_path / "b.txt").write_text("{ORG|全县}，全縣。", "utf8")
    said = [str(doubt.problem) for doubt in audit(tmp_path)]
    assert [s.split(":")[1].strip() for s in said] == [
        "ORG, elsewhere LOC",
        "marked elsewhere, not here",
    ]
