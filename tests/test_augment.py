"""Redrawn training examples: other characters, the same annotation."""

import numpy as np
import pytest
from spacy.training import Example

from baoshu.annotations import blank, gold_doc
from baoshu.augment import create_redraw, other_digits, other_names
from baoshu.corpus import create_piece_reader
from baoshu.markup import parse

SOURCE = (
    "{o1 ORG|汀渚县卫健委}{d1 DATE|2023年}总结\n{l1 LOC|汀渚县}{i1 INDICATOR|签约率}"
    "{f1 RATE|68.05%|INDICATOR:i1 SCOPE:l1 PERIOD:d1}，达标{f2 RATE|100%|SCOPE:l1}，"
    "{LOC|汀渚河}边{t1 ITEM|医院}{f3 COUNT|85家|MEASURES:t1}，其中{t2 ITEM|公立医院}"
    "{f4 COUNT|12家|MEASURES:t2 PART_OF:f3}。{LOC|市辖区}、{LOC|全县}。"
)


def doc_of(source):
    return gold_doc(blank(), parse(source)[0])


def words(doc):
    return [token.text for token in doc]


def test_names_change_alike_everywhere_and_nothing_else():
    doc = doc_of(SOURCE)
    found = "".join(other_names(doc, words(doc), {"县": ["德清"], "市": ["杭州"]}))
    assert found == doc.text.replace("汀渚", "德清")


def test_digits_change_in_figures_that_are_no_sum():
    doc = doc_of(SOURCE)
    np.random.seed(3)
    found = "".join(other_digits(doc, words(doc)))
    assert len(found) == len(doc.text)
    changed = {
        i for i, (a, b) in enumerate(zip(doc.text, found, strict=True)) if a != b
    }
    start = doc.text.index("68.05%")
    assert changed and changed <= {start, start + 1, start + 4}  # 6, 8 and 5; 0 stays
    assert all(found[i] in "123456789" for i in changed)


def test_the_annotation_stays():
    pytest.importorskip("gb2260")
    doc = doc_of(SOURCE)
    np.random.seed(0)
    nlp = blank()
    (example,) = create_redraw(1.0, 1.0)(nlp, Example(nlp.make_doc(doc.text), doc))
    new = example.reference
    assert new.text == example.predicted.text != doc.text
    assert "汀渚" not in new.text
    assert [(e.start, e.end, e.label_) for e in new.ents] == [
        (e.start, e.end, e.label_) for e in doc.ents
    ]
    assert new._.links == doc._.links and new._.marks == doc._.marks


def test_nothing_is_redrawn_where_nothing_is_asked():
    doc = doc_of(SOURCE)
    example = Example(doc, doc)
    assert list(create_redraw(0.0, 0.0)(blank(), example)) == [example]


def test_the_reader_redraws_anew_each_time(tiny_corpus):
    np.random.seed(1)
    reader = create_piece_reader(
        tiny_corpus / "train.spacy", 60, create_redraw(1.0, 0.0)
    )
    once, twice = (
        "".join(eg.reference.text for eg in reader(blank())) for _ in range(2)
    )
    assert len(once) == len(twice) and once != twice
