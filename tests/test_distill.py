"""Six layers of twelve, or one of two: what is kept, and that teaching helps."""

import json

import numpy as np
import pytest

from baoshu.encoder import build_char_encoder
from conftest import WIDTH

pytest.importorskip("torch")
import distill
import torch


@pytest.fixture(scope="module")
def ignorant(student, tmp_path_factory):
    """The student with a layer of noise: one layer of a random two says all there is."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("ignorant")
    tensors = load_file(student / "model.safetensors")
    generator = torch.Generator().manual_seed(1)
    for name, tensor in tensors.items():
        if name.startswith("encoder"):
            noise = torch.randn(tensor.shape, generator=generator)
            tensors[name] = tensor + 0.3 * noise
    save_file(tensors, folder / "model.safetensors")
    for name in ("config.json", "vocab.txt"):
        (folder / name).write_bytes((student / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def student(tiny_trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("student")
    distill.extract(tiny_trained, folder)
    return folder


def test_every_second_layer_is_kept(student, tiny_trained):
    from safetensors.torch import load_file

    teacher, vocab = distill.teacher_of(tiny_trained)
    assert teacher.config.num_hidden_layers == 2
    assert json.loads((student / "config.json").read_text())["num_hidden_layers"] == 1
    assert (student / "vocab.txt").read_bytes().decode() == vocab
    kept = load_file(student / "model.safetensors")
    layers = {name for name in kept if name.startswith("encoder")}
    assert layers and all(name.startswith("encoder.layer.0.") for name in layers)
    said = teacher.state_dict()
    for name in kept:
        source = name.replace("layer.0.", "layer.1.")
        assert torch.equal(kept[name], said[source]), name


def test_all_layers_are_kept(tiny_trained, tmp_path):
    from safetensors.torch import load_file

    distill.extract(tiny_trained, tmp_path, every=1)
    kept = load_file(tmp_path / "model.safetensors")
    said = distill.teacher_of(tiny_trained)[0].state_dict()
    assert kept.keys() == said.keys()
    assert all(torch.equal(kept[name], said[name]) for name in said)


def test_teaching_brings_it_nearer_and_goes_on_after_a_cut(
    ignorant, tiny_trained, tmp_path
):
    rng = np.random.default_rng(1)
    size = json.loads((ignorant / "config.json").read_text())["vocab_size"]
    np.save(tmp_path / "ids.npy", rng.integers(4, size, 900).astype(np.uint16))
    np.save(tmp_path / "starts.npy", np.array([0, 300, 900]))

    def arguments(steps, output):
        return distill.argparse.Namespace(
            folder=tmp_path, teacher=tiny_trained, base=ignorant, output=output,
            steps=steps, batch=4, length=62, rate=1e-2, save=10, seed=1,
        )  # fmt: skip

    ids = torch.as_tensor(rng.integers(4, size, (4, 62)))
    teacher = distill.teacher_of(tiny_trained)[0]

    def apart(folder):
        model = build_char_encoder(str(folder), WIDTH, 60, 8, 1.0)
        model.initialize()
        with torch.no_grad():
            return float(distill.distance(model.shims[0]._model.eval(), teacher, ids))

    distill.train(arguments(60, tmp_path / "out"))
    assert apart(tmp_path / "out") < 0.5 * apart(ignorant)
    steps = []

    def cut(model, optimizer, path, step):
        save(model, optimizer, path, step)
        steps.append(step)
        if step == 20:
            raise KeyboardInterrupt

    save = distill.long_run.save_state
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distill.long_run, "save_state", cut)
        with pytest.raises(KeyboardInterrupt):
            distill.train(arguments(30, tmp_path / "cut"))
        distill.train(arguments(30, tmp_path / "cut"))
    assert steps == [10, 20, 30]
    assert not (tmp_path / "cut" / "state.safetensors").exists()


def test_the_heads_of_the_pipeline_are_joined_to_it(student, tiny_trained, tmp_path):
    import spacy

    distill.join(tiny_trained, student, tmp_path / "joined")
    joined, trained = spacy.load(tmp_path / "joined"), spacy.load(tiny_trained)
    bert = joined.get_pipe("tok2vec").model.shims[0]._model
    assert bert.config.num_hidden_layers == 1
    for name in ("ner", "figure_linker"):
        ours, theirs = (nlp.get_pipe(name).to_bytes() for nlp in (joined, trained))
        assert ours == theirs
    assert joined("全县共有医院12家。").text == "全县共有医院12家。"
