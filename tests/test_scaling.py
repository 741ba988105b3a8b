"""What a document costs grows as its length does, and a stream is not held back.

Times are CPU seconds of this process with a wide margin: eight times the text may take
twice eight times as long, where what grows with the square takes sixty-four.
"""

import time
import weakref

import pytest
import spacy
from spacy.tokens import Span
from spacy.training import Example
from thinc.api import Model
from threadpoolctl import threadpool_info

import baoshu
from baoshu import linker_model, pairs
from baoshu.annotations import blank
from baoshu.labels import FIGURE_LABELS
from baoshu.normalizer import FigureNormalizer
from baoshu.sections import Outline
from conftest import TINY
from test_linking import doc_of, linker

ONE = doc_of("train/a.txt")
SHORT, LONG = 40, 320  # times the report: 3,000 and 25,000 characters


@pytest.fixture(scope="module")
def pipe():
    pipe = linker()
    pipe.initialize(lambda: [Example(ONE, ONE)])
    return pipe


def repeated(times):
    """The report again and again, with its mentions."""
    doc = blank().make_doc((ONE.text + "\n") * times)
    size = len(ONE) + 1
    doc.ents = [
        Span(doc, ent.start + i * size, ent.end + i * size, label=ent.label_)
        for i in range(times)
        for ent in ONE.ents
    ]
    doc._.ent_scores = (1.0,) * len(doc.ents)
    return doc


def seconds(call, *args):
    spent = []
    for _ in range(2):
        start = time.process_time()
        call(*args)
        spent.append(time.process_time() - start)
    return min(spent)


def test_time_grows_as_the_text(pipe):
    tokenizer = blank().tokenizer
    steps = {
        "tokenizer": lambda doc: tokenizer(doc.text),
        "linker": pipe,
        "normalizer": FigureNormalizer(),
        "facts": baoshu.facts,
        "outline": lambda doc: Outline(doc.text).path(len(doc.text)),
    }
    short, long = repeated(SHORT), repeated(LONG)
    for name, step in steps.items():
        before, after = seconds(step, short), seconds(step, long)
        assert after < 2 * LONG / SHORT * before, (name, before, after)


def test_pairs_grow_as_the_text():
    few, many = pairs.candidates(repeated(2)), pairs.candidates(repeated(20))
    assert len(many.pairs) == 10 * len(few.pairs)
    assert len(many.figures) == 10 * len(few.figures)


def flat(times):
    """The report again and again, all in one paragraph."""
    doc = repeated(times)
    out = blank().make_doc(doc.text.replace("\n", "。"))
    out.ents = [Span(out, e.start, e.end, label=e.label_) for e in doc.ents]
    return out


def test_pairs_of_one_long_paragraph_are_those_within_reach():
    doc = flat(20)
    found = {tuple(pair) for pair in pairs.candidates(doc).pairs.tolist()}
    ents = list(doc.ents)
    wanted = set()
    for i, figure in enumerate(ents):
        if figure.label_ not in FIGURE_LABELS:
            continue
        near = {
            j
            for j, ent in enumerate(ents)
            if ent.end >= figure.start - pairs.REACH
            and ent.start <= figure.end + pairs.REACH
        }
        far = [j for j in range(min(near)) if ents[j].label_ == "DATE"]
        wanted |= {(i, j) for j in near | set(far[-pairs.DATES :]) if j != i}
    assert found == wanted
    few, many = (len(pairs.candidates(flat(n)).pairs) for n in (60, 240))
    assert many < 5 * few


def test_features_are_made_for_a_block_of_pairs_at_a_time(pipe, monkeypatch):
    doc, made = repeated(20), []
    whole = pipe.predict([doc])[0]
    features = pairs.Candidates.features

    def counted(self, rows):
        out = features(self, rows)
        made.append(len(out))
        return out

    monkeypatch.setattr(pairs.Candidates, "features", counted)
    monkeypatch.setattr(linker_model, "BLOCK", 50)
    parts = pipe.predict([doc])[0]
    assert max(made) == 50 and sum(made) == len(parts.candidates.pairs)
    assert parts.links == pytest.approx(whole.links, abs=1e-5)


def test_a_stream_of_documents_is_not_kept(tiny_packaged):
    """A generator in, a generator out: a batch is read ahead, and no Doc stays."""
    nlp, size, read, alive = spacy.load(tiny_packaged), 4, [], weakref.WeakSet()

    def texts():
        for i in range(40):
            read.append(i)
            yield f"第{i}份。{TINY['test/d.txt']}"

    for given, doc in enumerate(nlp.pipe(texts(), batch_size=size)):
        alive.add(doc)
        assert len(read) <= given + 2 * size
        assert len(alive) <= 3 * size
    assert len(read) == 40


def test_heads_multiply_on_one_thread(tiny_trained, monkeypatch):
    """And numpy has its threads back afterwards."""

    def threads():
        pools = threadpool_info()
        return [p["num_threads"] for p in pools if p["user_api"] == "blas"]

    nlp, before, seen = spacy.load(tiny_trained), threads(), []
    heads = [nlp.get_pipe(name).model for name in ("ner", "figure_linker")]
    predict = Model.predict

    def watched(model, docs):
        if model in heads:
            seen.append(threads())
        return predict(model, docs)

    monkeypatch.setattr(Model, "predict", watched)
    nlp("全县共有医院12家。")
    assert len(seen) == 2 and all(set(counts) <= {1} for counts in seen)
    assert threads() == before
