"""The integer encoder against the float one it is made of, on a tiny random BERT."""

import numpy as np
import pytest

from baoshu.annotations import blank
from baoshu.markup import parse
from baoshu.runtime import OnnxShim
from conftest import TINY, WIDTH

pytest.importorskip("torch")

import onnx
from onnx import numpy_helper

from baoshu import quantize as module
from baoshu.chars import read_vocabulary
from baoshu.encoder import build_char_encoder
from baoshu.graph import to_onnx
from baoshu.quantize import _columns, quantize, sample
from baoshu.unquantize import to_bert

DOCS = [blank().make_doc(parse(source)[0].text) for source in TINY.values()]


def exported(tiny_base, wide=1.0):
    """Return the float encoder, and batches; ``wide``: gain of one channel."""
    model = build_char_encoder(str(tiny_base), WIDTH, 64, 8, 1.0)
    model.initialize()
    bert = model.shims[0]._model
    for layer in bert.encoder.layer:
        layer.output.LayerNorm.weight.data[3] *= wide
    vocabulary = read_vocabulary(model.attrs["vocab"])
    return to_onnx(bert), list(sample(DOCS, vocabulary, 64, 8))


@pytest.fixture(scope="module")
def encoders(tiny_base):
    model, batches = exported(tiny_base)
    return OnnxShim(model), OnnxShim(quantize(model, batches)), batches


def error(exact, rounded, batches):
    """Return the rms of the difference as a share of the rms of the states."""
    a, b = (
        np.concatenate([shim.run(batch)[0] for batch in batches])
        for shim in (exact, rounded)
    )
    return np.sqrt(((a - b) ** 2).mean() / (a**2).mean())


def test_every_product_with_weights_is_an_integer_one(encoders):
    exact, rounded, _ = encoders
    kinds = [n.op_type for n in onnx.load_from_string(rounded.to_bytes()).graph.node]
    assert kinds.count("MatMulIntegerToFloat") == 6 * 2
    assert kinds.count("MultiHeadAttention") == 2 and "MatMul" not in kinds
    assert kinds.count("QuantizeLinear") == 4 * 2  # query, key and value share one
    assert len(rounded.to_bytes()) < len(exact.to_bytes())


def test_it_is_near_the_float_encoder(encoders):
    exact, rounded, batches = encoders
    assert 0 < error(exact, rounded, batches) < 0.02


def test_the_way_back_gives_the_weights(tiny_base):
    """Exactly where they are stored in half precision, to some steps of rounding else."""
    model, batches = exported(tiny_base)
    stored = to_bert(model).state_dict()
    again = to_bert(to_onnx(to_bert(model))).state_dict()
    rounded = to_bert(quantize(model, batches)).state_dict()
    for name, weight in stored.items():
        np.testing.assert_array_equal(again[name], weight)
        off = (rounded[name] - weight).abs().max()
        assert off <= 0.05 * weight.abs().max(), name
    shim = OnnxShim(to_onnx(to_bert(quantize(model, batches))))
    assert 0 < error(OnnxShim(model), shim, batches) < 0.02


def test_a_wide_channel_does_not_drown_the_others(tiny_base, monkeypatch):
    model, batches = exported(tiny_base, wide=100.0)
    exact = OnnxShim(model)
    even = error(exact, OnnxShim(quantize(model, batches)), batches)
    monkeypatch.setattr(module, "_SHARE", 0.0)
    uneven = error(exact, OnnxShim(quantize(model, batches)), batches)
    assert even < 0.02 and even < uneven / 2


def test_batch_and_order_change_no_bit(encoders):
    _, rounded, batches = encoders
    least = min(ids.shape[1] for ids in batches)
    ids = np.concatenate([ids[:, :least] for ids in batches])
    together = rounded.run(ids)
    np.testing.assert_array_equal(rounded.run(ids[::-1])[::-1], together)
    for row in range(len(ids)):
        np.testing.assert_array_equal(rounded.run(ids[row : row + 1])[0], together[row])


def test_no_pair_of_products_leaves_sixteen_bits(encoders):
    """What a processor with AVX2 alone adds in int16: 255 · (|w| + |w'|) at most."""
    graph = onnx.load_from_string(encoders[1].to_bytes()).graph
    weights = [
        numpy_helper.to_array(t) for t in graph.initializer if t.name.endswith(".int8")
    ]
    assert len(weights) == 12
    for quants in weights:
        sizes = np.abs(quants.astype(np.int64))
        assert (sizes[::2] + sizes[1::2]).max() * 255 < 2**15


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_columns_are_half_a_step_off_at_most(rows):
    """Where no input goes with another, nothing is passed on."""
    weights = np.random.default_rng(0).normal(size=(rows, 5)).astype(np.float32)
    weights[:, 4] = 0
    quants, scales = _columns(weights, np.eye(rows))
    assert quants.dtype == np.int8 and scales.dtype == np.float32
    assert (np.abs(quants * scales - weights) <= 0.5001 * scales).all()


def test_what_rounding_loses_is_passed_on():
    """Inputs that go together: the products are nearer than with each weight rounded."""
    random = np.random.default_rng(0)
    x = random.normal(size=(500, 4)) @ random.normal(size=(4, 32))
    weights = random.normal(size=(32, 8)).astype(np.float32)
    quants, scales = _columns(weights, x.T @ x / len(x))
    plain = np.rint(weights / scales)
    sizes = np.abs(quants.astype(int))
    assert (sizes[::2] + sizes[1::2]).max() <= 128
    lost, lost_plain = (
        np.square(x @ (q * scales - weights)).mean() for q in (quants, plain)
    )
    assert lost < lost_plain / 2


def test_samples_are_spread_over_the_texts():
    doc = blank().make_doc("全县共有医院12家。" * 300)
    vocabulary = read_vocabulary(
        "\n".join(["<s>", "<pad>", "</s>", "<unk>", "全", "县"])
    )
    found = list(sample([doc] * 5, vocabulary, 20, 4))
    assert 32 <= len(found) <= 64
    assert all(ids.shape == (1, ids.size) for ids in found)
    assert list(sample([], vocabulary, 20, 4)) == []
