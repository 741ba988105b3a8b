"""Scores against hand counts and second implementations, with unequal counts."""

import pytest
from spacy.training import Example

from baoshu.annotations import blank, gold_doc
from baoshu.errors import BaoshuError
from baoshu.evaluation import (
    agreement,
    calibration_error,
    evaluate,
    nearest_mention,
    span_scores,
)
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from baoshu.scoring import link_prf, right_figures
from baoshu.slices import slices_of
from conftest import TINY

GOLD = (
    "{l1 LOC|全县}{t1 ITEM|医院}{f1 COUNT|12家|MEASURES:t1 SCOPE:l1}，"
    "{t2 ITEM|床位}{f2 COUNT|630张|MEASURES:t2 SCOPE:l1}，{i1 INDICATOR|签约率}{f3 RATE|68%|INDICATOR:i1}。"
)
# One name missed, one boundary wrong, one mention too many; links follow.
FOUND = (
    "{l1 LOC|全县}{t1 ITEM|医院}{f1 COUNT|12家|MEASURES:t1 SCOPE:l1}，"
    "床位{f2 COUNT|630|SCOPE:l1}张，{i1 INDICATOR|签约率}{f3 RATE|68%|INDICATOR:i1 SCOPE:l1}。"
)


def doc(source):
    return gold_doc(blank(), parse(source)[0])


def example(found=FOUND, gold=GOLD):
    return Example(doc(found), doc(gold))


def test_spans_by_hand():
    # gold 7 spans, found 6, right 5: the 630张 of gold is not the 630 found.
    scores = span_scores([example()])
    assert scores["p"] == pytest.approx(5 / 6)
    assert scores["r"] == pytest.approx(5 / 7)
    assert scores["by_label"]["COUNT"] == {"p": 0.5, "r": 0.5, "f": 0.5, "n": 2}
    assert scores["by_label"]["ITEM"]["r"] == 0.5


def test_links_by_hand():
    # gold 5 links; found 5; right: 12家→医院, 12家→全县, 68%→签约率. The links of the
    # figure with another span are wrong, and missing: a missed mention is a missed link.
    scores = link_prf([example()])
    assert scores["link_p"] == pytest.approx(3 / 5)
    assert scores["link_r"] == pytest.approx(3 / 5)
    by_type = scores["link_f_per_type"]
    assert by_type["MEASURES"] == {"p": 1.0, "r": 0.5, "f": pytest.approx(2 / 3)}
    assert by_type["SCOPE"] == {
        "p": pytest.approx(1 / 3),
        "r": 0.5,
        "f": pytest.approx(0.4),
    }


def test_equal_counts_of_two_documents_add_up():
    """Documents with the same counts must not collapse into one."""
    twice = link_prf([example(), example(), example(GOLD)])
    assert twice["link_p"] == pytest.approx((3 + 3 + 5) / 15)


def test_perfect_and_empty():
    assert link_prf([example(GOLD)])["link_f"] == 1.0
    assert span_scores([example(GOLD)])["f"] == 1.0
    nothing = parse(GOLD)[0].text
    assert link_prf([example(nothing)])["link_f"] == 0.0
    assert span_scores([example(nothing)])["f"] == 0.0


def test_facts_need_span_value_and_all_links():
    normalise = FigureNormalizer()
    gold, found = normalise(doc(GOLD)), normalise(doc(FOUND))
    assert {gold.text[a:b] for a, b in right_figures(gold, found)} == {"12家"}


def test_calibration_error_by_hand():
    normalise = FigureNormalizer()
    gold, found = normalise(doc(GOLD)), normalise(doc(FOUND))
    # Of three figures only 12家 is right; bins .9 (12家, 68%) and .2 (630).
    found._.marks = [
        [a, b, plan, change, {"12家": 0.95, "630": 0.25, "68%": 0.91}[found.text[a:b]]]
        for a, b, plan, change, _ in found._.marks
    ]
    scores = calibration_error([Example(found, gold)])
    assert scores["right"] == pytest.approx(1 / 3)
    assert scores["ece"] == pytest.approx((abs(0.95 + 0.91 - 1) + 0.25) / 3)
    low, high = scores["bins"]
    assert low == {"confidence": 0.25, "right": 0.0, "n": 1}
    assert high == {"confidence": pytest.approx(0.93), "right": 0.5, "n": 2}


def test_nearest_mention_reads_no_gold_link():
    found = nearest_mention(blank(), doc(GOLD))
    links = {
        (found.text[a:b], found.text[c:d], label)
        for a, b, c, d, label, _ in found._.links
    }
    assert ("630张", "床位", "MEASURES") in links
    assert ("68%", "签约率", "INDICATOR") in links


def test_slices():
    gold = doc(TINY["train/a.txt"])
    by_text = {
        (gold.text[k[0] : k[1]], k[4]): set(slices_of(gold, k))
        for k in [tuple(link[:5]) for link in gold._.links]
    }
    growth = by_text["2.1个百分点", "INDICATOR"]
    assert {
        "change",
        "no plan",
        "label RATE",
        "same sentence",
        "figures in sentence 2",
    } <= growth
    assert "distance 10-29" in growth
    assert {"plan", "label MONEY", "figures in sentence 1"} <= by_text[
        "3.2亿元", "PERIOD"
    ]


def test_evaluate_runs_on_a_trained_pipeline(tiny_packaged, tiny_annotations):
    from baoshu.annotations import read_gold
    from baoshu.loading import load

    metrics = evaluate(load(tiny_packaged), read_gold(tiny_annotations / "train"))
    assert metrics["documents"] == 2
    assert metrics["gold_figures"] == 5
    assert metrics["gold_links"] == 15
    assert 0 <= metrics["facts"]["f"] <= metrics["figures"]["f"] <= 1


def test_agreement_is_the_same_either_way_round():
    found, gold = doc(FOUND), doc(GOLD)
    one, other = agreement([gold], [found]), agreement([found], [gold])
    assert one["spans"]["f"] == other["spans"]["f"] == pytest.approx(10 / 13)
    assert one["links"]["f"] == other["links"]["f"] == pytest.approx(3 / 5)
    assert one["spans"]["p"] == other["spans"]["r"] == pytest.approx(5 / 6)


def test_agreement_wants_the_same_texts():
    with pytest.raises(BaoshuError, match="same texts"):
        agreement([doc(GOLD)], [doc("全县。")])
