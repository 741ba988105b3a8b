"""Tags to spans and back; Viterbi against every path there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoshu import ner_model
from baoshu.labels import ENTITY_LABELS, EntityLabel
from baoshu.ner_model import (
    best_path,
    encode_spans,
    legal_transitions,
    log_softmax,
    spans_of,
    tag_names,
    viterbi,
)


def test_labels_of_the_config_are_the_labels():
    assert EntityLabel.__args__ == tuple(ENTITY_LABELS)


def test_tag_names_and_transitions():
    names = tag_names(["A", "B"])
    legal = legal_transitions(2)
    assert names == ["O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"]
    follows = {
        name: {names[j] for j in np.flatnonzero(legal[i])}
        for i, name in enumerate(names)
    }
    opening = {"O", "B-A", "S-A", "B-B", "S-B"}
    assert follows["O"] == follows["E-A"] == follows["S-B"] == opening
    assert follows["B-A"] == follows["I-A"] == {"I-A", "E-A"}


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 3), st.integers(0, 2)), max_size=8
    )
)
def test_spans_round_trip(pieces):
    spans, at = [], 0
    for length, gap, label in pieces:
        spans.append((at + gap, at + gap + length, label))
        at += gap + length
    tags = encode_spans(at, spans)
    assert spans_of(tags, 3) == spans
    legal = legal_transitions(3)
    assert all(legal[a, b] for a, b in itertools.pairwise([0, *tags, 0]))


@pytest.mark.parametrize("seed", range(20))
def test_viterbi_is_the_best_legal_path(seed):
    rng = np.random.default_rng(seed)
    legal = legal_transitions(1)
    scores = log_softmax(rng.normal(0, 2, (4, 5)).astype(np.float32))
    paths = [
        path
        for path in itertools.product(range(5), repeat=4)
        if all(legal[a, b] for a, b in itertools.pairwise([0, *path, 0]))
    ]
    best = max(paths, key=lambda path: sum(scores[i, t] for i, t in enumerate(path)))
    assert tuple(viterbi(scores, legal)) == best


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.floats(0, 1))
def test_best_path_is_that_of_viterbi(seed, n, share):
    """Also where several are as good; scores of which float32 sums are exact."""
    rng = np.random.default_rng(seed)
    scores = rng.choice([0.0, -0.5, -1.0, -6.0, -9.0], (n, 9)).astype(np.float32)
    scores[rng.random(n) < share, 1:] -= 8.0  # tokens that are surely outside
    legal = legal_transitions(2)
    assert best_path(scores, legal).tolist() == viterbi(scores, legal).tolist()


def test_best_path_walks_little_of_a_long_text(monkeypatch):
    """One place where the best tags do not fit: its neighbourhood alone is walked."""
    scores = np.full((10_000, 9), -9.0, dtype=np.float32)
    scores[:, 0] = 0.0
    scores[5_000, :2] = -0.6, -0.5  # a B- that nothing follows
    walked = []
    legal = legal_transitions(2)
    monkeypatch.setattr(
        ner_model, "viterbi", lambda s, ok: walked.append(len(s)) or viterbi(s, ok)
    )
    assert not best_path(scores, legal).any()
    assert 0 < sum(walked) < 10


def test_viterbi_of_nothing():
    assert viterbi(np.zeros((0, 5), dtype=np.float32), legal_transitions(1)).size == 0


ROWS = [
    ("占3%，", "3%", True),
    ("共Ｘ个", "Ｘ个", True),
    ("得分92.5/排名", "92.5", True),
    ("人均GDP12万元", "12万元", True),
    ("综合指数为3.92", "3.92", True),
    ("目录......3", "......", False),
    ("和PM2.5浓度", "2.5", False),
    ("gov.cn/0_52.html", "52", False),
    ("/4093a14c", "4093", False),
    ("邮件至3231169@qq.com", "3231", False),
    ("邮件至3231169@qq.com", "169", False),
    ("收市人民币汇率", "人民币", False),
]


@pytest.mark.parametrize(
    ("text", "words", "label", "kept"),
    [
        *((text, words, "COUNT", kept) for text, words, kept in ROWS),
        ("提高三成。", "三成", "RATE", True),
        ("七成为女性", "七成", "RATE", True),
        ("AR-E3000成功首飞", "3000成", "RATE", False),
        ("一年来，", "一年", "DATE", True),
        ("学前一年免费教育", "学前一年", "DATE", False),
        ("學前一年免費教育", "一年", "DATE", False),
    ],
)
def test_what_cannot_be_is_none(shipped, text, words, label, kept):
    """Page furniture (a row of dots, an address) is tagged as a figure now and then."""
    ner, doc = shipped.get_pipe("ner"), shipped.make_doc(text)
    at = text.index(words)
    span = (at, at + len(words), ner.labels.index(label))
    tags = ner_model.encode_spans(len(doc), [span])
    logits = 9.0 * np.eye(len(ner_model.tag_names(ner.labels)), dtype="f")[tags]
    ner.set_annotations([doc], [logits])
    assert [ent.text for ent in doc.ents] == [words] * kept
    assert len(doc._.ent_scores) == kept
