"""Which links are made, from the log odds of the pairs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoshu.annotations import blank, gold_doc
from baoshu.decoding import NEVER, at_the_end, decode, in_order, log_likelihood
from baoshu.labels import LINK_LABELS
from baoshu.markup import parse
from baoshu.pairs import candidates

HALF = 0.5
LISTS = "{ITEM|甲}、{ITEM|乙}和{ITEM|丙}分别为{COUNT|3个}、{COUNT|4个}、{COUNT|5个}，共{COUNT|9个}。"
PLACES = "{LOC|东村}、{LOC|西村}{ITEM|道路}分别硬化{QUANTITY|2公里}、{QUANTITY|3公里}。"

# text, log odds of figure > head, links made; every other pair has -9
CASES = {
    "the likelier of two periods": (
        "{DATE|去年}与{DATE|今年}，全区{COUNT|3个}。",
        "3个 PERIOD 去年 1, 3个 PERIOD 今年 2",
        "3个 PERIOD 今年",
    ),
    "equals: the first": (
        "{LOC|全县}与{LOC|全区}，{COUNT|3个}。",
        "3个 SCOPE 全县 2, 3个 SCOPE 全区 2",
        "3个 SCOPE 全县",
    ),
    "none over the threshold": (
        "{LOC|全县}与{LOC|全区}，{COUNT|3个}。",
        "3个 SCOPE 全县 -0.1, 3个 SCOPE 全区 -0.1",
        "",
    ),
    "two indicators": (
        "{INDICATOR|支出}完成{INDICATOR|预算}的{RATE|92%}。",
        "92% INDICATOR 支出 1, 92% INDICATOR 预算 2",
        "92% INDICATOR 支出, 92% INDICATOR 预算",
    ),
    "not measured and scope at once": (
        "{LOC|全县}的{ORG|我局}{COUNT|3人}，{COUNT|4人}。",
        "3人 MEASURES 我局 2, 3人 SCOPE 我局 3, 4人 MEASURES 我局 3, 4人 SCOPE 我局 2",
        "3人 SCOPE 我局, 4人 MEASURES 我局",
    ),
    "one thing is measured": (
        "{ITEM|甲}和{ITEM|乙}共{COUNT|3个}。",
        "3个 MEASURES 甲 1, 3个 MEASURES 乙 2",
        "3个 MEASURES 乙",
    ),
    "各 gives a figure to a row": (
        "{ITEM|甲}、{ITEM|乙}各{COUNT|3个}。",
        "3个 MEASURES 甲 1, 3个 MEASURES 乙 2",
        "3个 MEASURES 甲, 3个 MEASURES 乙",
    ),
    "均 too": (
        "{ITEM|甲}和{ITEM|乙}标准均为{COUNT|3个}。",
        "3个 MEASURES 甲 2, 3个 MEASURES 乙 1",
        "3个 MEASURES 甲, 3个 MEASURES 乙",
    ),
    "各 does not make what is unlikely": (
        "{ITEM|甲}、{ITEM|乙}各{COUNT|3个}。",
        "3个 MEASURES 甲 1",
        "3个 MEASURES 甲",
    ),
    "各 gives to a row alone": (
        "{GROUP|老人}到{ITEM|甲}、{ITEM|乙}各{COUNT|3次}。",
        "3次 MEASURES 甲 2, 3次 MEASURES 老人 1",
        "3次 MEASURES 甲",
    ),
    "各 gives the next figure alone": (
        "{ITEM|甲}、{ITEM|乙}各{COUNT|3个}，{COUNT|4个}。",
        "4个 MEASURES 甲 1, 4个 MEASURES 乙 2",
        "4个 MEASURES 乙",
    ),
    "a level is not of the years that led to it": (
        "{DATE|五年来}，新建{COUNT|3个}，床位达到{COUNT|9张}。",
        "3个 PERIOD 五年来 2, 9张 PERIOD 五年来 2",
        "3个 PERIOD 五年来",
    ),
    "a level is of the year": (
        "{DATE|全年}新建{COUNT|3个}，床位达到{COUNT|9张}。",
        "3个 PERIOD 全年 2, 9张 PERIOD 全年 2",
        "3个 PERIOD 全年, 9张 PERIOD 全年",
    ),
    "a level is of another date": (
        "{DATE|五年来}，{DATE|年底}床位达到{COUNT|9张}。",
        "9张 PERIOD 五年来 2, 9张 PERIOD 年底 1",
        "9张 PERIOD 年底",
    ),
    "分别: each at its place": (
        LISTS,
        "3个 MEASURES 甲 2, 4个 MEASURES 甲 2, 5个 MEASURES 丙 2",
        "3个 MEASURES 甲, 4个 MEASURES 乙, 5个 MEASURES 丙",
    ),
    "分别: all or none": (LISTS, "3个 MEASURES 甲 2", ""),
    "分别: a figure behind the list is not in it": (
        LISTS,
        "9个 MEASURES 甲 1",
        "9个 MEASURES 甲",
    ),
    "分别: one link for the list, what stands beside it is left": (
        PLACES,
        "2公里 MEASURES 东村 1, 2公里 SCOPE 东村 2, 3公里 MEASURES 西村 3, "
        "3公里 SCOPE 西村 3, 3公里 MEASURES 道路 4",
        "2公里 SCOPE 东村, 3公里 SCOPE 西村, 3公里 MEASURES 道路",
    ),
    "分别: more names than figures are no list": (
        "{ITEM|甲}、{ITEM|乙}、{ITEM|丙}分别为{COUNT|3个}、{COUNT|4个}。",
        "3个 MEASURES 乙 1, 4个 MEASURES 乙 1",
        "3个 MEASURES 乙, 4个 MEASURES 乙",
    ),
    "no mention to link": ("共{COUNT|3个}、{COUNT|4个}。", "", ""),
    "no figure": ("{ITEM|甲}、{ITEM|乙}分别开展。", "", ""),
    "no mention": ("分别开展，各有特色。", "", ""),
    "no text": ("", "", ""),
}


def found_in(source):
    doc = gold_doc(blank(), parse(source)[0])
    return candidates(doc), [ent.text for ent in doc.ents]


def decoded(found, logits):
    """Decode as `figure_linker` does; a pair's links that are not legal stay out."""
    probs = 1.0 / (1.0 + np.exp(-at_the_end(found, in_order(found, logits))))
    return decode(found, probs * found.legal, HALF)


@pytest.mark.parametrize("name", CASES)
def test_cases(name):
    source, odds, expected = CASES[name]
    found, texts = found_in(source)
    logits = np.full((len(found.pairs), len(LINK_LABELS)), -9.0)
    row = {(texts[f], texts[h]): i for i, (f, h) in enumerate(found.pairs.tolist())}
    for said in filter(None, odds.split(", ")):
        figure, link, head, value = said.split()
        logits[row[figure, head], LINK_LABELS.index(link)] = float(value)
    made = {
        f"{texts[found.pairs[i, 0]]} {LINK_LABELS[k]} {texts[found.pairs[i, 1]]}"
        for i, k in np.argwhere(decoded(found, logits)).tolist()
    }
    assert made == set(filter(None, expected.split(", ")))


LONG = (
    LISTS + PLACES + "{DATE|今年}，{GROUP|老人}和{GROUP|儿童}各{COUNT|7人}，"
    "{INDICATOR|收入}、{INDICATOR|支出}分别增长{RATE|5%}和{RATE|6%}，其中{DOC|《甲》}{COUNT|2册}。"
)
FOUND, TEXTS = found_in(LONG)
ODDS = st.integers(0, 2**32 - 1).map(
    lambda seed: (
        np.random.default_rng(seed)
        .normal(0, 3, (len(FOUND.pairs), len(LINK_LABELS)))
        .round()  # so that some are equal
    )
)


@given(ODDS)
def test_never_more_than_one_head(logits):
    """But for indicators and the row of names that 各 gives one figure."""
    chosen = decoded(FOUND, logits)
    probs = 1.0 / (1.0 + np.exp(-in_order(FOUND, logits)))
    assert (FOUND.legal[chosen]).all() and (probs[chosen] >= HALF).all()
    for figure in FOUND.figures:
        made = chosen[FOUND.pairs[:, 0] == figure].sum(axis=0)
        for link, n in zip(LINK_LABELS, made, strict=True):
            shared = link == "MEASURES" and TEXTS[figure] == "7人"
            assert link == "INDICATOR" or n <= 1 + shared
    assert not (
        chosen[:, LINK_LABELS.index("MEASURES")] & chosen[:, LINK_LABELS.index("SCOPE")]
    ).any()


@given(ODDS, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(logits, random):
    order = list(range(len(FOUND.pairs)))
    random.shuffle(order)
    other = replace(FOUND, pairs=FOUND.pairs[order])
    assert (decoded(other, logits[order]) == decoded(FOUND, logits)[order]).all()
    assert np.allclose(in_order(other, logits[order]), in_order(FOUND, logits)[order])


def test_log_odds_under_fenbie():
    """The mean of the likeliest at its place, never elsewhere, all else as it was."""
    found, texts = found_in(LISTS)
    logits = np.full((len(found.pairs), len(LINK_LABELS)), -9.0)
    measures = LINK_LABELS.index("MEASURES")
    row = {(texts[f], texts[h]): i for i, (f, h) in enumerate(found.pairs.tolist())}
    for pair, value in (("3个", "乙"), 1.0), (("4个", "乙"), 2.0), (("5个", "丙"), 6.0):
        logits[row[pair], measures] = value
    out = in_order(found, logits)
    for k, figure in enumerate(["3个", "4个", "5个"]):
        for j, head in enumerate(["甲", "乙", "丙"]):
            got = out[row[figure, head], measures]
            assert got == (3.0 if j == k else NEVER)
    assert (out[row["9个", "甲"]] == logits[row["9个", "甲"]]).all()


def test_the_likelihood_of_all_that_may_be_chosen_is_one():
    found, _ = found_in("{LOC|全县}与{LOC|全区}，{COUNT|3个}。")
    probs = np.zeros((2, len(LINK_LABELS)))
    scope = LINK_LABELS.index("SCOPE")
    probs[:, scope] = [0.5, 0.75]  # odds of 1 and 3, none 1
    expected = {(False, False): 1 / 5, (True, False): 1 / 5, (False, True): 3 / 5}
    for heads, likelihood in expected.items():
        chosen = np.zeros(probs.shape, dtype=bool)
        chosen[:, scope] = heads
        assert np.exp(log_likelihood(found, probs, chosen)[2]) == pytest.approx(
            likelihood
        )


def test_the_likelihood_of_indicators_is_a_product():
    found, _ = found_in("{INDICATOR|支出}完成{INDICATOR|预算}的{RATE|92%}。")
    probs = np.zeros((2, len(LINK_LABELS)))
    indicator = LINK_LABELS.index("INDICATOR")
    probs[:, indicator] = [0.9, 0.6]
    for heads in ((True, True), (True, False), (False, False)):
        chosen = np.zeros(probs.shape, dtype=bool)
        chosen[:, indicator] = heads
        parts = np.where(heads, probs[:, indicator], 1 - probs[:, indicator])
        got = np.exp(log_likelihood(found, probs, chosen)[2])
        assert got == pytest.approx(parts.prod(), rel=1e-5)


def test_the_likelihood_of_a_shared_figure():
    """One way more, both heads: odds of 1, 3 and 1 * 3 beside none."""
    found, _ = found_in("{ITEM|甲}、{ITEM|乙}各{COUNT|3个}。")
    probs = np.zeros((2, len(LINK_LABELS)))
    probs[:, LINK_LABELS.index("MEASURES")] = [0.5, 0.75]
    got = np.exp(log_likelihood(found, probs, probs > 0)[2])
    assert got == pytest.approx(3 / 8)
