"""Words beside the characters: where they may be cut, and what they are good for."""

import pytest
from spacy.tokens import Span, SpanGroup

import baoshu
from baoshu.annotations import blank, gold_doc, read_gold
from baoshu.errors import BaoshuError
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from baoshu.words import WORDS, WordSegmenter, head_word, word_starts
from conftest import ROOT

pytest.importorskip("spacy_pkuseg")


class Halves:
    """Cuts every run of characters into words of two."""

    def cut(self, text):
        runs = text.split()
        return [run[i : i + 2] for run in runs for i in range(0, len(run), 2)]


def texts(doc, starts):
    return [doc[a:b].text for a, b in zip(starts, [*starts[1:], len(doc)], strict=True)]


def test_no_word_crosses_the_edge_of_a_mention():
    doc = gold_doc(blank(), parse("一二{ORG|三四五}六七\n　八九")[0])
    found = texts(doc, word_starts(doc, Halves()))
    assert found == ["一二", "三四", "五", "六", "七", "\n　", "八九"]


def test_nothing_to_cut():
    assert word_starts(blank().make_doc(""), Halves()) == []


@pytest.fixture(scope="module")
def nlp():
    return baoshu.load(words=True)


def test_words_are_the_text(nlp):
    text = "2023年，全縣重點人羣　簽約率達到６８．３％。\n\n家庭医生签约率提高。"
    doc = nlp(text)
    assert doc.text == text
    words = doc.spans[WORDS]
    assert "".join(w.text for w in words) == "".join(text.split())
    assert all(a.end <= b.start for a, b in zip(words, list(words)[1:], strict=False))


def test_annotated_edges_are_word_edges(nlp):
    """By the segmenter alone, no mention given; README states it for the test split."""
    segmenter = nlp.get_pipe("word_segmenter")
    edges = right = 0
    for gold in read_gold(ROOT / "annotations" / "test"):
        doc = segmenter(nlp.make_doc(gold.text))
        words = doc.spans[WORDS]
        starts, ends = {w.start for w in words}, {w.end for w in words}
        edges += 2 * len(gold.ents)
        right += sum((e.start in starts) + (e.end in ends) for e in gold.ents)
    assert right / edges >= 0.99
    readme = (ROOT / "README.md").read_text("utf8")
    assert f"{right / edges:.1%} of the {edges:,}".replace("%", " %") in readme


def test_indicators_group_by_their_head_word():
    pytest.importorskip("pandas")
    doc = gold_doc(
        blank(),
        parse(
            "{a INDICATOR|家庭医生签约率}{f1 RATE|68%|INDICATOR:a}，"
            "{b INDICATOR|签约率}{f2 RATE|71%|INDICATOR:b}。"
        )[0],
    )
    doc = FigureNormalizer()(doc)
    assert "indicator_head" not in baoshu.to_frame([doc])
    ends = [(0, 4), (4, 7), (7, 10), (10, 11), (11, 14), (14, 17), (17, 18)]
    doc.spans[WORDS] = SpanGroup(doc, spans=[Span(doc, a, b) for a, b in ends])
    assert head_word(doc.ents[0]) == "签约率"
    frame = baoshu.to_frame([doc])
    assert frame.groupby("indicator_head").size().to_dict() == {"签约率": 2}


def test_no_model_is_said(tmp_path):
    with pytest.raises(BaoshuError, match="no word model"):
        WordSegmenter(str(tmp_path))


def test_the_first_cut_is_corrected_by_the_annotation():
    pytest.importorskip("jieba")
    import words as script

    names = ("家庭医生签约率", "重点人群签约率", "老年人签约率", "签约率")
    source = "".join(
        f"{{i{n} INDICATOR|{name}}}{{RATE|{n}%|INDICATOR:i{n}}}，"
        for n, name in enumerate(names)
    )
    annotated = parse(source)[0]
    assert script.add_heads([annotated]) == ["签约率"]
    (line,) = script.cut(annotated)
    assert line.split().count("签约率") == 4
    (line,) = script.cut(parse("共有{t ITEM|人民}医院{f COUNT|3家|MEASURES:t}")[0])
    assert line.split() == ["共有", "人民", "医院", "3", "家"]
