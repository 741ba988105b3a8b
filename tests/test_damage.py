"""Damaged training text: characters go, the annotation stays where it was."""

import numpy as np
import pytest
from spacy.training import Example

from baoshu.annotations import blank, gold_doc
from baoshu.markup import parse

pytest.importorskip("gb2260")
pytest.importorskip("torch")

from benchmarks import damage

SOURCE = (
    "{o1 ORG|汀渚县卫健委}{d1 DATE|2023年}总结\n{l1 LOC|汀渚县}，{i1 INDICATOR|签约率、履约率}"
    "为{f1 RATE|68.05%|INDICATOR:i1 SCOPE:l1 PERIOD:d1}，；力争{f2 RATE|100%|SCOPE:l1 +plan}。\n"
    "{t1 ITEM|医院} {f3 COUNT|85家|MEASURES:t1}，其中{t2 ITEM|公立医院}，"
    "{f4 COUNT|12家|MEASURES:t2 PART_OF:f3}。\n"
)


def read(doc):
    """Return what the annotation says, without places."""
    text = doc.text
    return (
        [(e.text, e.label_) for e in doc.ents],
        [(text[a:b], text[c:d], label) for a, b, c, d, label, _ in doc._.links],
        [(text[a:b], *rest) for a, b, *rest in doc._.marks],
    )


@pytest.fixture
def example():
    doc = gold_doc(blank(), parse(SOURCE)[0])
    return Example(blank().make_doc(doc.text), doc)


def damaged(example, **shares):
    shares = {"masked": 0.0, "unmarked": 0.0, "joined": 0.0} | shares
    (found,) = damage.create_damage(0.0, 0.0, **shares)(blank(), example)
    assert found.predicted.text == found.reference.text
    return found.reference


def test_nothing_is_damaged_where_nothing_is_asked(example):
    assert damaged(example).text == example.reference.text


@pytest.mark.parametrize("seed", range(5))
def test_marks_are_lost_outside_mentions(example, seed):
    np.random.seed(seed)
    doc, old = damaged(example, unmarked=1.0), example.reference
    assert read(doc) == read(old)
    assert "签约率、履约率" in doc.text and "85家" in doc.text
    assert len(doc.text) < len(old.text)
    assert [c for c in doc.text if c not in damage.MARKS] == [
        c for c in old.text if c not in damage.MARKS
    ]


def test_paragraphs_are_joined_and_the_end_stays(example):
    doc = damaged(example, joined=1.0)
    assert doc.text == example.reference.text[:-1].replace("\n", "") + "\n"
    assert read(doc) == read(example.reference)


def test_a_name_is_masked_alike_everywhere(example):
    np.random.seed(0)
    doc, old = damaged(example, masked=1.0), example.reference
    mask = doc.text[:2]
    assert mask in damage.MASKS["县"]
    assert doc.text == old.text.replace("汀渚", mask)
    assert doc._.links == old._.links
