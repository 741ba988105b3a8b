"""Tags to spans and back; Viterbi against every path there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoshu.labels import ENTITY_LABELS, EntityLabel
from baoshu.ner_model import (
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


def test_viterbi_of_nothing():
    assert viterbi(np.zeros((0, 5), dtype=np.float32), legal_transitions(1)).size == 0
