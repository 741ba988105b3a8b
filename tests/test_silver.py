"""What a pipeline reads in reports that nobody annotated, as training text."""

import sys

import pytest

import baoshu
from baoshu.annotations import read_gold

pytest.importorskip("torch")
import silver

HELD_OUT = "全县共有医疗卫生机构一百二十六家其中医院九家卫生院十四家。"
TEXTS = {
    "a.txt": f"某县工作总结\n2023年，全县新建公园12个，投资3.6亿元，同比增长8.5%。\n{HELD_OUT}\n",
    "b.txt": "全市签约居民41.2万人，其中老年人9.8万人。\n",
}


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("silver")
    (folder / "reports").mkdir()
    for name, text in TEXTS.items():
        (folder / "reports" / name).write_text(text, "utf8")
    (folder / "annotated").mkdir()
    (folder / "annotated" / "x.txt").write_text(
        "{l LOC|全县}{i INDICATOR|总投资}{f MONEY|3亿元|INDICATOR:i SCOPE:l}。\n",
        "utf8",
    )
    (folder / "measured").mkdir()
    (folder / "measured" / "y.txt").write_text(f"又及：{HELD_OUT}\n", "utf8")
    argv = [
        *("silver.py", folder / "out.spacy", folder / "reports"),
        *("--with", folder / "annotated", "--without", folder / "measured"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(x) for x in argv])
        silver.main()
    return read_gold(folder / "out.spacy")


def test_the_annotated_reports_come_first_and_as_they_are(docs):
    first, *others = docs
    assert [e.text for e in first.ents] == ["全县", "总投资", "3亿元"]
    assert len(first._.links) == 2
    assert [doc._.source for doc in others] == ["a", "b"]


def test_a_line_that_measures_the_model_is_left_out(docs):
    texts = [doc.text for doc in docs[1:]]
    assert texts == [TEXTS["a.txt"].replace(f"{HELD_OUT}\n", ""), TEXTS["b.txt"]]


def test_it_says_what_the_pipeline_says(docs):
    nlp = baoshu.load()
    for doc in docs[1:]:
        read = nlp(doc.text)
        assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [
            (e.start_char, e.end_char, e.label_) for e in read.ents
        ]
        assert [link[:5] for link in doc._.links] == [x[:5] for x in read._.links]
        assert [mark[:4] for mark in doc._.marks] == [x[:4] for x in read._.marks]
        assert all(link[5] == 1.0 for link in doc._.links)
    assert any(doc._.links for doc in docs[1:])
    assert any(mark[2] or mark[3] for doc in docs[1:] for mark in doc._.marks)
