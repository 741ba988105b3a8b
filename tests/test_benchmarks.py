"""The benchmarks count what they say, and take turns fairly."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import spacy
from benchmarks import footprint, networks, remembered, report, rounds, scaling, systems
from benchmarks.texts import cut, sample, texts_of, title

from baoshu.annotations import read
from baoshu.runtime import OnnxShim
from conftest import ROOT

SHAPE = networks.Shape(layers=2, width=32, heads=4, inner=64)


def test_multiply_adds_are_those_that_torch_counts():
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    bert = networks.random_bert(SHAPE, pieces=10, positions=20)
    bert.set_attn_implementation("eager")  # the counter does not know the fused one
    ids = torch.ones((3, 17), dtype=torch.int64)
    with FlopCounterMode(display=False) as counter:
        bert(input_ids=ids, attention_mask=torch.ones_like(ids))
    assert counter.get_total_flops() == 2 * SHAPE.multiply_adds(3, 17)


def test_the_shape_is_read_off_the_pipeline(tiny_packaged):
    shape = networks.shape_of(spacy.load(tiny_packaged))
    assert (shape.layers, shape.width) == (2, 32)


def test_a_counted_network_counts_its_positions():
    counted = networks.Counted(lambda batch: batch, SHAPE)
    batch = np.ones((3, 17), dtype=np.int64)
    assert counted.run(batch) is batch
    assert counted.positions == 51
    assert counted.multiply_adds == SHAPE.multiply_adds(3, 17)


def test_torch_networks_do_not_change_what_is_found(tiny_packaged, tiny_annotations):
    """The same figures as ours, from a network of random weights of another size."""
    pytest.importorskip("torch")
    texts = texts_of(tiny_annotations) * 3

    def load():
        return spacy.load(tiny_packaged)

    nlp, ours = load(), load()
    recorded = remembered.Recorder(OnnxShim(remembered.shim_of(nlp).to_bytes()).run)
    systems.record(load(), recorded, texts)
    networks.put_torch(nlp, SHAPE, recorded)
    for found, right in zip(nlp.pipe(texts), ours.pipe(texts), strict=True):
        assert found.to_json() == right.to_json()
        assert found._.links == right._.links
    with pytest.raises(ValueError, match="tok2vec") as error:
        nlp("没有读过的。")
    assert isinstance(error.value.__cause__, KeyError)  # no answer of another text


def test_every_system_has_its_turn_equally_often():
    order = []

    def call(name):
        return lambda: order.append(name) or float(len(order))

    spent = rounds.interleaved({name: call(name) for name in "abc"}, 4)
    assert Counter(order) == dict.fromkeys("abc", 5)  # one round warms up
    assert [order[i] for i in range(0, 15, 3)] == list("abcab")
    turns = {n: [i + 1.0 for i in range(3, 15) if order[i] == n] for n in "abc"}
    assert spent == turns


def test_a_ratio_is_taken_within_a_round():
    spent = {"ours": [1.0, 2.0, 4.0], "other": [2.0, 6.0, 4.0]}
    assert rounds.ratios(spent, "ours", "other") == [2.0, 3.0, 1.0]
    assert rounds.spread([2.0, 3.0, 1.0], ".1f") == "2.0 (1.0 to 3.0)"


def test_only_what_is_between_the_comments_is_replaced():
    page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n<!-- y -->\nkept\n<!-- end of y -->\n"
    once = report.put(page, "x", "| new |")
    assert once == page.replace("old", "\n| new |\n")
    assert report.put(once, "x", "| new |") == once
    for broken in (page.replace("<!-- end of x -->", ""), page + page):
        with pytest.raises(ValueError, match="x"):
            report.put(broken, "x", "| new |")


def test_the_page_has_a_place_for_every_table():
    main = pytest.importorskip("benchmarks.__main__")
    page = main.PAGE.read_text("utf8")
    for name in main.BLOCKS:
        assert "| new |" in report.put(page, name, "| new |")


def test_texts_are_cut_to_what_is_asked_for(tmp_path):
    texts = [c * 100 for c in "abcdefgh"]
    found = sample(texts, 250)
    assert sum(map(len, found)) == 250 and len({text[0] for text in found}) == 3
    assert found[-1][0] > "c"  # from all of them, not the first alone
    assert sample(texts, 10_000) == texts
    assert list(cut("abc", 3, 4)) == ["abca", "bcab", "cabc"]
    plain = tmp_path / "r.txt"
    plain.write_text("全县有医院12家。", "utf8")
    assert texts_of(plain) == ["全县有医院12家。"]
    annotated = sorted((ROOT / "annotations" / "test").glob("*.txt"))[0]
    assert texts_of(annotated) == [read(annotated)[0].text]
    assert title(ROOT / "annotations" / "test") == "annotations/test"
    assert title(tmp_path) == tmp_path.name


def test_cost_a_character_is_of_the_median_and_without_the_remembered(monkeypatch):
    found = {("n", "axis", size): cost for size, cost in ((1, 2.0), (2, 4.0), (3, 5.0))}
    assert scaling.off(found) == {k: v / 4.0 for k, v in found.items()}
    network = SimpleNamespace(spent=7.0)

    def call():
        network.spent += 2.0
        return 5.0

    assert scaling._less(call, network)() == 3.0
    assert scaling._less(call, None)() == 5.0


@pytest.mark.parametrize("characters", [1, 3_000, 9_999, 10_000, 30_000])
def test_every_size_reads_the_text_about_once(characters):
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))
    begins = scaling.starts(text, characters)
    read = [c for at in begins for c in (text[at:] + text[:at])[:characters]]
    assert len(set(read)) >= min(9_000, len(text)) and len(begins) >= 1
    assert len(read) == len(set(read)) or len(begins) == 1


def test_a_size_is_taken_over_what_is_usual_right_now(monkeypatch):
    clock = scaling.Clock.__new__(scaling.Clock)
    usual = iter([2.0, 4.0])
    monkeypatch.setattr(clock, "_standard", lambda: next(usual), raising=False)
    monkeypatch.setattr(clock, "_taken", lambda *_: 6.0, raising=False)
    clock.usual = []
    assert clock.beside(scaling.read_many, 10, 3_000) == 2.0
    assert clock.usual == [2.0, 4.0]


def test_the_core_needs_no_torch():
    core = footprint.closure("baoshu")
    assert {"baoshu", "spacy", "numpy", "onnxruntime"} <= core
    assert not core & {"torch", "transformers", "onnx", "pandas"}
    assert footprint.size("numpy") > 1e6
    assert 25e6 < footprint.size("baoshu") < 50e6
