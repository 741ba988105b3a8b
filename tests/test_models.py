"""The shipped pipeline: the contract, and the scores that it states."""

import json
from decimal import Decimal

import pytest
import spacy

import baoshu
from baoshu.annotations import read_gold
from baoshu.errors import BaoshuError
from baoshu.labels import ENTITY_LABELS, FIGURE_LABELS
from conftest import ROOT

MODEL = ROOT / "models" / "zh_baoshu"
TEXT = (
    "2023年，汀渚县人民医院实施住院楼改扩建工程，总投资约1.2亿元，已完成投资4500万元。"
    "全县重点人群签约率达到68.3%，比上年提高2.1个百分点。"
)


def rows(doc):
    return [
        (f.span.text, f.value, f.unit, [s.text for s in f.indicators], f.change)
        for f in doc._.figures
    ]


def test_contract(shipped):
    doc = shipped(TEXT)
    assert doc.text == TEXT
    assert {ent.label_ for ent in doc.ents} <= set(ENTITY_LABELS)
    figures = {f.span.text: f for f in doc._.figures}
    assert len(figures) == sum(ent.label_ in FIGURE_LABELS for ent in doc.ents) == 4
    total = figures["1.2亿元"]
    assert (total.value, total.unit, total.approximate) == (
        Decimal(120000000),
        "CNY",
        True,
    )
    assert total.upper is None and total.bound is None
    assert all(isinstance(f.planned, bool) for f in figures.values())
    assert [s.text for s in total.indicators] == ["总投资"]
    rise = figures["2.1个百分点"]
    assert (rise.label, rise.unit, rise.change) == ("RATE", "pp", "up")
    for figure in figures.values():
        assert 0 <= figure.confidence <= 1
        for spans in (figure.measures, figure.scopes, figure.periods, figure.part_of):
            assert all(span.doc is doc for span in spans)


def test_spacy_load_is_the_same(shipped):
    assert rows(spacy.load(MODEL)(TEXT)) == rows(shipped(TEXT))


def test_pipe_is_one_by_one(shipped):
    texts = [doc.text for doc in read_gold(ROOT / "annotations" / "dev")][:3]
    texts += ["", "没有数字。", TEXT]
    alone = [rows(shipped(text)) for text in texts]
    for size in (2, 6):
        assert [rows(doc) for doc in shipped.pipe(texts, batch_size=size)] == alone
    backwards = [rows(doc) for doc in shipped.pipe(texts[::-1])]
    assert backwards[::-1] == alone


def test_two_processes(shipped):
    texts = [TEXT, "全市共有医院12家。"] * 2
    found = [rows(doc) for doc in shipped.pipe(texts, n_process=2, batch_size=1)]
    assert found == [rows(shipped(text)) for text in texts]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\n", "3", "　　全县\r\n共3家。", "𠀀" * 40, "a{b}|c<script>"]
)
def test_odd_texts(shipped, text):
    doc = shipped(text)
    assert doc.text == text
    for figure in doc._.figures:
        assert text[figure.span.start_char : figure.span.end_char] == figure.span.text


def test_traditional_and_full_width_read_like_their_twins(shipped):
    twin = shipped("2023年，全县重点人群签约率达到68.3%。")
    other = shipped("２０２３年，全縣重點人羣簽約率達到６８．３％。")
    assert [(f.value, f.unit) for f in other._.figures] == [
        (f.value, f.unit) for f in twin._.figures
    ]
    assert [e.label_ for e in other.ents] == [e.label_ for e in twin.ents]


def test_onnx_is_near_torch(shipped):
    """The shipped weights in transformers' BertModel: nearly the same states and figures.

    Not the same: the shipped products round what they multiply to eight bits.
    """
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    twin = baoshu.load(device="cpu")
    encoder = twin.get_pipe("tok2vec").model
    assert encoder.name == "char_encoder"
    same = figures = 0
    for gold in read_gold(ROOT / "annotations" / "dev")[:8]:
        expected = encoder.predict([gold])[0]
        found = shipped.get_pipe("tok2vec").model.predict([gold])[0]
        assert ((found - expected) ** 2).mean() < 0.1**2 * (expected**2).mean()
        theirs = rows(twin(gold.text))
        figures += len(theirs)
        same += sum(row in theirs for row in rows(shipped(gold.text)))
    assert same > 0.95 * figures


def test_a_device_that_is_not_there_is_said():
    torch = pytest.importorskip("torch")
    missing = ["no-such-device", *([] if torch.cuda.is_available() else ["cuda"])]
    for device in missing:
        with pytest.raises(BaoshuError, match=f"device {device}: not to be had"):
            baoshu.load(device=device)


def test_stated_scores(shipped):
    """models/zh_baoshu/metrics.json is what evaluation on the test split gives."""
    pytest.importorskip("seqeval")
    from baoshu.evaluation import evaluate

    stated = json.loads((MODEL / "metrics.json").read_text("utf8"))
    found = evaluate(shipped, read_gold(ROOT / "annotations" / "test"))
    for name in ("spans", "figures", "facts"):
        assert found[name]["f"] == pytest.approx(stated[name]["f"], abs=1e-3)
    for name, row in stated["links"]["by_type"].items():
        assert found["links"]["by_type"][name]["f"] == pytest.approx(row["f"], abs=5e-3)
    end_to_end = found["links"]["end_to_end"]["f"]
    assert end_to_end == pytest.approx(stated["links"]["end_to_end"]["f"], abs=1e-3)
    baseline = found["links"]["nearest_mention_on_gold"]["f"]
    assert found["links"]["on_gold_mentions"]["f"] > baseline


def test_it_is_small_and_holds_no_pickle():
    paths = [p for p in MODEL.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in paths) <= 50_000_000
    assert not [p for p in paths if p.suffix in {".pkl", ".pickle", ".pt"}]
    assert not [
        p
        for p in paths
        if p.read_bytes()[:2] in (b"\x80\x02", b"\x80\x04", b"\x80\x05")
    ]


def test_public_names():
    for name in baoshu.__all__:
        assert getattr(baoshu, name) is not None
    assert (
        baoshu.__version__
        == json.loads((MODEL / "meta.json").read_text("utf8"))["version"]
    )
