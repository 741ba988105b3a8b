"""The torch encoder against transformers, the exported one against the torch encoder."""

import json

import numpy as np
import pytest

from baoshu.annotations import blank
from baoshu.chars import read_vocabulary
from baoshu.errors import BaoshuError
from baoshu.markup import parse
from conftest import TINY, WIDTH

torch = pytest.importorskip("torch")

from baoshu.encoder import build_char_encoder  # noqa: E402
from baoshu.graph import _grid, to_onnx  # noqa: E402
from baoshu.loading import load  # noqa: E402
from baoshu.quantize import sample  # noqa: E402
from baoshu.runtime import OnnxShim  # noqa: E402
from baoshu.scoring import link_keys  # noqa: E402

TEXTS = [parse(source)[0].text for source in TINY.values()]


def encoder(path, window=64, context=8):
    model = build_char_encoder(str(path), WIDTH, window, context, 1.0)
    model.initialize()
    return model


def test_it_is_the_bert_of_the_folder(tiny_base):
    from transformers import BertModel

    bert = BertModel.from_pretrained(tiny_base, add_pooling_layer=False).eval()
    vocab = (tiny_base / "vocab.txt").read_bytes().decode()
    text = TEXTS[1]
    ids = [0, *read_vocabulary(vocab).ids(text), 2]
    with torch.no_grad():
        expected = bert(torch.tensor([ids]))[0][0, 1:-1].numpy()
    (found,) = encoder(tiny_base).predict([blank().make_doc(text)])
    assert found.shape == (len(text), WIDTH)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_shapes_empty_and_long(tiny_base):
    nlp = blank()
    model = encoder(tiny_base, window=20, context=4)
    docs = [nlp.make_doc(text) for text in ("", "县", TEXTS[0] * 3)]
    found = model.predict(docs)
    assert [h.shape for h in found] == [(len(doc), WIDTH) for doc in docs]


def test_the_batch_does_not_matter(tiny_base):
    nlp = blank()
    model = encoder(tiny_base)
    docs = [nlp.make_doc(text) for text in TEXTS]
    together = model.predict(docs[::-1])[::-1]
    for doc, h in zip(docs, together, strict=True):
        np.testing.assert_allclose(model.predict([doc])[0], h, atol=1e-5)


def test_gradients_reach_the_layers_but_not_the_word_embeddings(tiny_base):
    model = encoder(tiny_base)
    out, backprop = model.begin_update([blank().make_doc(TEXTS[1])])
    backprop([np.ones_like(h) for h in out])
    grads = {n: p.grad for n, p in model.shims[0]._model.named_parameters()}
    assert grads["embeddings.word_embeddings.weight"] is None
    assert grads["encoder.layer.0.attention.self.query.weight"].abs().max() > 0


def test_mixed_precision_learns_the_same(tiny_base):
    """Hidden states and gradients of bfloat16 products are near those of float32."""
    doc = blank().make_doc(TEXTS[0])
    found = []
    for mixed in (False, True):
        model = build_char_encoder(str(tiny_base), WIDTH, 64, 8, 1.0, mixed)
        model.initialize()
        bert = model.shims[0]._model.eval()  # dropout off: both see the same
        model.shims[0]._model.train = lambda *_, bert=bert: bert
        (h,), backprop = model([doc], is_train=True)
        assert h.dtype == np.float32
        backprop([h * 0 + np.linspace(-1, 1, h.size, dtype="f").reshape(h.shape)])
        gradient = bert.encoder.layer[0].output.dense.weight.grad
        found.append((h, gradient.numpy()))
    for exact, rounded in zip(*found, strict=True):
        assert not np.array_equal(exact, rounded)
        assert np.corrcoef(exact.ravel(), rounded.ravel())[0, 1] > 0.999


def test_saved_and_loaded_without_the_folder(tiny_base):
    model = encoder(tiny_base)
    doc = blank().make_doc(TEXTS[1])
    saved = model.to_bytes()
    assert b"pickle" not in saved and b"torch" not in saved
    twin = build_char_encoder("/nowhere", WIDTH, 64, 8, 1.0).from_bytes(saved)
    # Saved in half precision: what is saved again is the same to the bit.
    assert twin.to_bytes() == saved
    np.testing.assert_allclose(
        twin.predict([doc])[0], model.predict([doc])[0], atol=5e-3
    )


def test_a_missing_or_other_checkpoint_is_said(tmp_path, tiny_base):
    with pytest.raises(BaoshuError, match="baoshu checkpoint"):
        encoder(tmp_path)
    with pytest.raises(BaoshuError, match="window 100"):
        encoder(tiny_base, window=100)


def test_grid_is_exact_or_not_used():
    rng = np.random.default_rng(0)
    quants = rng.integers(-7, 8, (3, 64)).astype(np.float32)
    quants[:, [0, 32]] = -8
    weights = quants * np.float32(0.03125)
    found, scales = _grid(weights)
    np.testing.assert_array_equal(found, quants)
    assert scales.shape == (3, 2)
    assert _grid(weights + 1e-4) is None


def test_the_exported_encoder_equals_the_trained_one(tiny_trained):
    nlp = load(tiny_trained)
    model = nlp.get_pipe("tok2vec").model
    exported = OnnxShim(to_onnx(model.shims[0]._model))
    vocabulary = read_vocabulary(model.attrs["vocab"])
    for text in TEXTS:
        doc = nlp.make_doc(text)
        for ids in sample([doc], vocabulary, 64, 8):
            with torch.no_grad():
                bert = model.shims[0]._model.eval()
                expected = bert(torch.tensor(ids))[0].numpy()
            np.testing.assert_allclose(exported.run(ids), expected, atol=1e-4)


def test_the_packaged_encoder_is_near_the_trained_one(tiny_trained, tiny_packaged):
    trained, packaged = load(tiny_trained), load(tiny_packaged)
    for text in TEXTS:
        ours = packaged.get_pipe("tok2vec").predict([packaged.make_doc(text)])[0]
        theirs = trained.get_pipe("tok2vec").predict([trained.make_doc(text)])[0]
        np.testing.assert_allclose(ours, theirs, atol=1e-2)  # integer products
        assert link_keys(packaged(text)) == link_keys(trained(text))


def test_a_packaged_pipeline_is_not_trained(tiny_packaged):
    from spacy.training import Example

    nlp = load(tiny_packaged)
    doc = nlp.make_doc(TEXTS[1])
    with pytest.raises(NotImplementedError, match="inference"):
        nlp.update([Example(doc, doc)])


def test_nothing_of_the_machine_is_in_the_package(tiny_packaged, tiny_base):
    for path in tiny_packaged.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(tiny_base).encode() not in data
            assert b"site-packages" not in data
    meta = json.loads((tiny_packaged / "meta.json").read_text("utf8"))
    assert meta["license"] == "Apache-2.0"
