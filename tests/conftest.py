"""A tiny random BERT, a tiny annotated folder, and pipelines made of them."""

import json
import os
from pathlib import Path

import pytest
import spacy
from spacy.util import load_config

ROOT = Path(__file__).parents[1]
os.environ["LANGUAGE"] = "en"  # what is compared with what baoshu says is English
WIDTH = 32

TINY = {
    "train/a.txt": (
        "{o1 ORG|汀渚县卫健委}{d1 DATE|2023年}总结\n"
        "{d2 DATE|2023年}，{l1 LOC|全县}{g1 GROUP|重点人群}{i1 INDICATOR|签约率}"
        "{f1 RATE|68.3%|MEASURES:g1 INDICATOR:i1 SCOPE:l1 PERIOD:d2}，较{DATE|上年}提高"
        "{f2 RATE|2.1个百分点|MEASURES:g1 INDICATOR:i1 SCOPE:l1 PERIOD:d2 delta:up}。\n"
        "{d3 DATE|明年}计划投入{i2 INDICATOR|资金}{f3 MONEY|3.2亿元|INDICATOR:i2 PERIOD:d3 plan}。"
    ),
    "train/b.txt": (
        "{l1 LOC|全市}共有{t1 ITEM|医疗机构}{f1 COUNT|85家|MEASURES:t1 SCOPE:l1}，"
        "其中{t2 ITEM|医院}{f2 COUNT|12家|MEASURES:t2 SCOPE:l1 PART_OF:f1}。"
    ),
    "dev/c.txt": (
        "{d1 DATE|今年}新建{t1 ITEM|村卫生室}{f1 COUNT|46所|MEASURES:t1 PERIOD:d1}，"
        "面积{f2 QUANTITY|1.2万平方米}。"
    ),
    "test/d.txt": "{d1 DATE|去年}下降{f1 RATE|3%|PERIOD:d1 delta:down}。",
}


@pytest.fixture(scope="session")
def tiny_annotations(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("annotations")
    for name, text in TINY.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf8")
    return folder


@pytest.fixture(scope="session")
def tiny_corpus(tiny_annotations, tmp_path_factory) -> Path:
    from baoshu.annotations import convert

    folder = tmp_path_factory.mktemp("corpus")
    convert(tiny_annotations, folder)
    return folder


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory) -> Path:
    """A random BERT of the form that `baoshu checkpoint` writes."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel

    from baoshu.checkpoint import SPECIAL

    folder = tmp_path_factory.mktemp("base")
    chars = sorted({c for text in TINY.values() for c in text if not c.isspace()})
    vocab = [*SPECIAL, "▁", *chars]
    config = BertConfig(
        vocab_size=len(vocab),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=66,
    )
    torch.manual_seed(0)
    bert = BertModel(config, add_pooling_layer=False)
    # The real file's word embeddings lie on a 4-bit grid: scale · {-8 … 7}.
    words = bert.embeddings.word_embeddings.weight
    quants = torch.randint(-7, 8, words.shape).float()
    quants[:, 0] = -8
    words.data = quants * 0.0078125
    for parameter in bert.parameters():
        # Biases start at zero, where the exporter would merge them.
        parameter.data += 0.01 * torch.rand(()) if parameter is not words else 0
    save_file(bert.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config.to_dict()), "utf8")
    (folder / "vocab.txt").write_bytes("\n".join(vocab).encode())
    return folder


@pytest.fixture(scope="session")
def tiny_config(tiny_base, tiny_corpus):
    """The shipped recipe, its sizes made small."""
    return load_config(
        ROOT / "configs" / "reports.cfg",
        overrides={
            "paths.base": str(tiny_base),
            "paths.train": str(tiny_corpus / "train.spacy"),
            "paths.dev": str(tiny_corpus / "dev.spacy"),
            "components.tok2vec.model.width": WIDTH,
            "components.tok2vec.model.window": 64,
            "components.tok2vec.model.context": 8,
            "components.figure_linker.model.hidden_width": 16,
            "corpora.train.max_length": 60,
            "training.max_epochs": 2,
            "training.eval_frequency": 1,
            "system.gpu_allocator": None,
        },
    )


@pytest.fixture(scope="session")
def tiny_trained(tiny_config, tmp_path_factory) -> Path:
    """A pipeline that `spacy train` has trained for two epochs."""
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train

    folder = tmp_path_factory.mktemp("training")
    train(init_nlp(tiny_config), folder)
    return folder / "model-last"


@pytest.fixture(scope="session")
def tiny_packaged(tiny_trained, tiny_annotations, tmp_path_factory) -> Path:
    from baoshu.annotations import read_gold
    from baoshu.export import package

    folder = tmp_path_factory.mktemp("packaged") / "model"
    splits = [read_gold(tiny_annotations / split) for split in ("train", "dev")]
    package(tiny_trained, folder, *splits)
    return folder


@pytest.fixture(scope="session")
def shipped() -> spacy.Language:
    import baoshu

    return baoshu.load()
