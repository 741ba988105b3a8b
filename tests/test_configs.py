"""Every recipe resolves, trains and goes on; wrong ones fail with a clear message."""

import subprocess
import sys

import pytest
import spacy

from conftest import ROOT

pytest.importorskip("torch")

from spacy.training.initialize import init_nlp
from spacy.util import load_config, load_model_from_config

import baoshu
from baoshu.resume import create_resume


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.cfg")), ids=str)
def test_everything_listens_to_the_encoder(path):
    config = load_config(path)
    listeners = [
        config["components"][name]["model"]["tok2vec"]["@architectures"]
        for name in config["nlp"]["pipeline"]
        if name != "tok2vec"
    ]
    assert set(listeners) == {"spacy.Tok2VecListener.v1"}


def test_two_epochs_give_scores_and_a_pipeline(tiny_trained):
    nlp = spacy.load(tiny_trained)
    assert nlp.pipe_names == ["tok2vec", "ner", "figure_linker"]
    assert {"ents_f", "link_f"} <= set(nlp.meta["performance"])
    assert nlp.get_pipe("tok2vec").listening_components == ["ner", "figure_linker"]


def test_a_run_goes_on_from_what_was_saved(tiny_config, tiny_trained):
    config = tiny_config.copy()
    config["paths"]["resume"] = str(tiny_trained)
    config["training"]["max_steps"] = 17
    resumed = init_nlp(config)
    assert resumed.config["training"]["max_steps"] == 17
    saved = spacy.load(tiny_trained)
    text = "全县重点人群签约率68.3%。"
    ours = resumed.get_pipe("tok2vec").predict([resumed.make_doc(text)])[0]
    theirs = saved.get_pipe("tok2vec").predict([saved.make_doc(text)])[0]
    assert abs(ours - theirs).max() < 1e-6


def test_a_run_goes_on_from_the_pipeline_that_ships():
    """Its encoder comes back from eight bits, its heads as they are."""
    config = load_config(ROOT / "configs" / "reports.cfg")
    resume = create_resume(str(ROOT / "models" / "zh_baoshu"))
    nlp = resume(load_model_from_config(config, auto_fill=True))
    shipped = baoshu.load()
    assert nlp.get_pipe("tok2vec").model.name == "char_encoder"
    text = "2023年，全县重点人群签约率达到68.3%，共有医院12家。"
    assert [(e.text, e.label_) for e in nlp(text).ents] == [
        (e.text, e.label_) for e in shipped(text).ents
    ]


def run_train(tmp_path, *overrides):
    return subprocess.run(
        [sys.executable, "-m", "spacy", "train", str(ROOT / "configs" / "reports.cfg"),
         "--output", str(tmp_path / "out"), *overrides],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_is_not_there_is_said(tmp_path, tiny_base, tiny_corpus):
    """No base, no corpus, a label too few: one message each, no traceback."""
    train, dev = (str(tiny_corpus / f"{name}.spacy") for name in ("train", "dev"))
    here = ["--paths.train", train, "--paths.dev", dev, "--paths.base", str(tiny_base)]
    small = [
        "--components.tok2vec.model.width",
        "32",
        "--components.tok2vec.model.window",
        "64",
    ]
    for wrong, message in [
        (["--paths.base", "no/base"], "run `baoshu checkpoint`"),
        (["--paths.train", "no/train.spacy"], "run `baoshu convert`"),
        (["--components.ner.labels", '["ORG"]'], "does not name"),
        (["--paths.resume", "no/model"], "no pipeline there to go on with"),
    ]:
        done = run_train(tmp_path, *here, *small, *wrong)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "Traceback" not in said
        assert message in said.replace("\n", " "), said


def test_an_unknown_label_in_a_config_is_said(tmp_path):
    config = (ROOT / "configs" / "reports.cfg").read_text("utf8")
    config = config.replace(
        'factory = "figure_ner"', 'factory = "figure_ner"\nlabels = ["ORG", "PLANET"]'
    )
    path = tmp_path / "wrong.cfg"
    path.write_text(config, "utf8")
    done = subprocess.run(
        [sys.executable, "-m", "spacy", "train", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback" not in said
    assert "labels" in said and "ORG" in said
