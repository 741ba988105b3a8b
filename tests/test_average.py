"""The mean of pipelines: each weight halfway, and the same of the same."""

import numpy as np
import pytest
import spacy

pytest.importorskip("torch")
import torch
from average import average


def weights(nlp):
    found = {
        ("ner", node.name, param): node.get_param(param)
        for node in nlp.get_pipe("ner").model.walk()
        for param in node.param_names
        if node.has_param(param)
    }
    bert = nlp.get_pipe("tok2vec").model.shims[0]._model
    return found | {name: w.numpy() for name, w in bert.state_dict().items()}


def test_every_weight_lies_halfway(tiny_trained, tmp_path):
    other = spacy.load(tiny_trained)
    bert = other.get_pipe("tok2vec").model.shims[0]._model
    with torch.no_grad():
        bert.encoder.layer[0].output.dense.bias += 1.0
    output = other.get_pipe("ner").model.get_ref("output")
    output.set_param("b", output.get_param("b") + 2.0)
    other.to_disk(tmp_path / "other")
    average(tmp_path / "mean", [tiny_trained, tmp_path / "other"])
    first, second = (weights(spacy.load(p)) for p in (tiny_trained, tmp_path / "other"))
    mean = weights(spacy.load(tmp_path / "mean"))
    moved = [name for name in first if not np.array_equal(first[name], second[name])]
    assert len(moved) == 2
    for name, value in mean.items():
        expected = (first[name] + second[name]) / 2
        np.testing.assert_allclose(value, expected, atol=2e-3, err_msg=str(name))


def test_of_one_it_is_that_one(tiny_trained, tmp_path):
    average(tmp_path / "same", [tiny_trained, tiny_trained])
    text = "2023年，全县重点人群签约率达到68.3%，共有医院12家。"
    before, after = (spacy.load(p)(text) for p in (tiny_trained, tmp_path / "same"))
    assert [(e.text, e.label_) for e in after.ents] == [
        (e.text, e.label_) for e in before.ents
    ]
