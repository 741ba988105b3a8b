"""Pairs, the linking network and its decoding, on tiny documents."""

import numpy as np
import pytest
import spacy
from spacy.tokens import Span
from spacy.training import Example
from thinc.api import Adam, Model

from baoshu.annotations import blank, gold_doc
from baoshu.labels import LINK_LABELS
from baoshu.link_targets import copy_mentions, targets
from baoshu.linker import FigureLinker
from baoshu.linker_model import LinkScores, build_linker_model
from baoshu.markup import parse
from baoshu.pairs import WIDTH, candidates
from baoshu.scoring import link_keys
from conftest import TINY


def doc_of(name):
    return gold_doc(blank(), parse(TINY[name])[0])


def embedder(width=8):
    """A fixed random vector a character: (len(doc), width)."""

    def forward(model, docs, is_train):
        rng = np.random.default_rng(0)
        table = rng.normal(size=(997, width)).astype(np.float32)
        return [
            table[[ord(t.text[0]) % 997 for t in doc]].reshape(-1, width)
            for doc in docs
        ], lambda d: []

    return Model("embedder", forward, dims={"nO": width})


def linker(width=8):
    model = build_linker_model(embedder(width), 16, 0.0)
    return FigureLinker(spacy.blank("zh").vocab, model, "figure_linker", 0.5)


def test_candidates_stay_in_the_paragraph():
    doc = doc_of("train/a.txt")
    found = candidates(doc)
    texts = [ent.text for ent in doc.ents]
    pairs = {(texts[f], texts[h]) for f, h in found.pairs}
    assert ("68.3%", "签约率") in pairs
    assert ("2.1个百分点", "68.3%") in pairs
    assert ("3.2亿元", "签约率") not in pairs
    assert all(f != h for f, h in found.pairs)
    features = found.features()
    assert features.shape == (len(found.pairs), WIDTH)
    assert set(np.unique(features)) <= {0.0, 1.0}
    assert (found.features(slice(3, 5)) == features[3:5]).all()


def test_every_gold_link_is_a_legal_candidate():
    for name in TINY:
        doc = doc_of(name)
        found = candidates(doc)
        spans = [(e.start_char, e.end_char) for e in doc.ents]
        possible = {
            (*spans[f], *spans[h], LINK_LABELS[k])
            for (f, h), legal in zip(found.pairs, found.legal, strict=True)
            for k in np.flatnonzero(legal)
        }
        assert link_keys(doc) <= possible


def test_list_order_under_fenbie():
    source = (
        "{i1 ITEM|甲}、{i2 ITEM|乙}、{i3 ITEM|丙}分别为"
        "{f1 COUNT|3个|MEASURES:i1}、{f2 COUNT|4个|MEASURES:i2}、{f3 COUNT|5个|MEASURES:i3}。"
    )
    doc = gold_doc(blank(), parse(source)[0])
    found = candidates(doc)
    order = found.features()[:, -5:]
    aligned = {
        (doc.ents[f].text, doc.ents[h].text)
        for (f, h), row in zip(found.pairs, order, strict=True)
        if row[2]
    }
    assert aligned == {("3个", "甲"), ("4个", "乙"), ("5个", "丙")}


def test_no_figure_and_no_text():
    pipe = linker()
    pipe.initialize(lambda: [Example(doc_of("test/d.txt"), doc_of("test/d.txt"))])
    nlp = blank()
    for text in ("", "没有数字。"):
        doc = pipe(nlp.make_doc(text))
        assert doc._.links == () and doc._.marks == ()


def test_gradient_is_that_of_the_loss():
    """Central differences of the loss against the gradient that reaches the encoder."""
    doc = doc_of("train/b.txt")
    shift = np.zeros((len(doc), 8), dtype=np.float32)
    inner = embedder()
    caught = {}

    def forward(model, docs, is_train):
        vectors, _ = inner(docs, is_train)

        def backprop(d):
            caught["d"] = d[0]
            return []

        return [vectors[0] + shift], backprop

    model = build_linker_model(Model("shifted", forward, dims={"nO": 8}), 16, 0.0)
    pipe = FigureLinker(doc.vocab, model, "figure_linker", 0.5)
    model.initialize()
    rng = np.random.default_rng(1)
    for node in model.walk():
        for name in node.param_names:
            value = node.get_param(name)
            node.set_param(name, rng.normal(0, 0.3, value.shape).astype(np.float32))
    example = Example(doc.copy(), doc)

    def loss():
        scores = model.predict([doc])
        return pipe.get_loss([example], scores)[0]

    scores, backprop = model.begin_update([doc])
    backprop(pipe.get_loss([example], scores)[1])
    for row, column in [
        (0, 1),
        (3, 4),
        (doc.ents[1].start, 0),
        (doc.ents[3].end - 1, 5),
    ]:
        shift[row, column] = 1e-2
        up = loss()
        shift[row, column] = -1e-2
        down = loss()
        shift[row, column] = 0
        assert (up - down) / 2e-2 == pytest.approx(caught["d"][row, column], abs=3e-3)


def test_it_learns_two_documents():
    pipe = linker()
    docs = [doc_of("train/a.txt"), doc_of("train/b.txt")]
    nlp = blank()
    pipe.initialize(lambda: [Example(d, d) for d in docs])

    sgd = Adam(0.02, use_averages=False)
    for _ in range(60):
        pipe.update([Example(nlp.make_doc(d.text), d) for d in docs], sgd=sgd)
    for doc in docs:
        found = nlp.make_doc(doc.text)
        copy_mentions(doc, found)
        found = pipe(found)
        assert link_keys(found) == link_keys(doc)
        assert [m[2:4] for m in found._.marks] == [m[2:4] for m in doc._.marks]
        assert all(0 <= m[4] <= 1 for m in found._.marks)


def test_what_no_figure_links_to_is_no_mention():
    """By the scheme: an ITEM goes, an ORG stays, scores stay beside their mentions."""
    doc = blank().make_doc("我局购车，医院12家。")
    doc.ents = [
        Span(doc, 0, 2, label="ORG"),
        Span(doc, 3, 4, label="ITEM"),
        Span(doc, 5, 7, label="ITEM"),
        Span(doc, 7, 10, label="COUNT"),
    ]
    doc._.ent_scores = (0.1, 0.2, 0.3, 0.4)
    found = candidates(doc)
    links = np.full((len(found.pairs), len(LINK_LABELS)), -9.0)
    links[found.pairs[:, 1] == 2, LINK_LABELS.index("MEASURES")] = 9.0
    scores = LinkScores(found, links, np.zeros(1))
    linker().set_annotations([doc], [scores])
    assert [e.text for e in doc.ents] == ["我局", "医院", "12家"]
    assert doc._.ent_scores == (0.1, 0.3, 0.4)


def with_mentions(doc, *spans):
    """The text again, with the mentions that a tagger might have found."""
    found = blank().make_doc(doc.text)
    found.ents = [found.char_span(a, b, label=label) for a, b, label in spans]
    return found


def test_targets_of_predicted_mentions():
    """Right ones have their links, invented ones none, near misses do not count."""
    source = (
        "{l1 LOC|全市}的{t1 ITEM|公立医院}{f1 COUNT|85家|MEASURES:t1 SCOPE:l1}，"
        "共{f2 COUNT|3人|SCOPE:l1 plan}，很好。"
    )
    gold = gold_doc(blank(), parse(source)[0])
    at = {
        text: gold.text.index(text) for text in ("全市", "医院", "85家", "3人", "很好")
    }
    places = [
        (at["全市"], at["全市"] + 2, "LOC"),  # right
        (at["医院"], at["医院"] + 2, "ITEM"),  # 公立医院 cut short
        (at["85家"], at["85家"] + 3, "COUNT"),  # right
        (at["很好"], at["很好"] + 2, "ITEM"),  # invented
    ]
    found = candidates(with_mentions(gold, *places))
    got = targets(gold, found)
    names = ["全市", "医院", "85家", "很好"]
    heads = [names[head] for head in found.pairs[:, 1]]
    assert sorted(heads) == sorted(["全市", "医院", "很好"])
    of = {name: row for row, name in enumerate(heads)}
    scope, measures = LINK_LABELS.index("SCOPE"), LINK_LABELS.index("MEASURES")
    assert got.links[of["全市"], scope] == 1.0 and got.links.sum() == 1.0
    assert got.links_counted[of["全市"], scope]
    assert not got.links_counted[of["医院"]].any()
    assert got.links_counted[of["很好"], measures]
    assert got.planned.tolist() == [0.0] and got.planned_counted.all()


def test_targets_of_a_figure_that_is_none():
    gold = gold_doc(blank(), parse("{l1 LOC|全市}{f1 COUNT|3人|SCOPE:l1}，第5名。")[0])
    fifth = gold.text.index("5")
    found = candidates(with_mentions(gold, (0, 2, "LOC"), (fifth, fifth + 2, "COUNT")))
    got = targets(gold, found)
    assert got.links.sum() == 0 and got.links_counted.any()
    assert not got.planned_counted.any()


def test_targets_of_annotated_mentions_are_the_annotation():
    for name in TINY:
        doc = doc_of(name)
        found = candidates(doc)
        got = targets(doc, found)
        assert got.links.sum() == len(doc._.links)
        assert (got.links_counted == found.legal).all()
        assert got.planned_counted.all()
        assert got.planned.tolist() == [float(mark[2]) for mark in doc._.marks]
