"""CPU time a character of everything but the encoder, step by step.

    OMP_NUM_THREADS=1 python benchmarks/outside.py annotations/test 10x300 1x20000

The network of the encoder runs once; what it gave is kept and given again, and that is
not counted, so that a run is short and what else happens is all that counts: the
tokenizer, ids and windows, decoding of mentions and links, values and rows. Times are
CPU seconds of this process (`time.process_time`), so that other work on the machine
enters only by the caches it shares; of several rounds the least counts. Behind the
folder, numbers and lengths of documents, cut from the reports one behind the other again
and again, to see what grows with either.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

import baoshu
from baoshu.annotations import files, read
from baoshu.chars import read_vocabulary
from baoshu.runtime import OnnxShim

REPORTS, ROUNDS = 3, 3


class Remembered:
    """The network's answers on one text, given again for any part of it repeated."""

    def __init__(self, nlp: Language, text: str) -> None:
        self.spent = 0.0
        encoder = nlp.get_pipe("tok2vec").model
        shim = next(s for s in encoder.shims if isinstance(s, OnnxShim))
        doc = nlp.make_doc(text)
        ids = read_vocabulary(encoder.attrs["vocab"]).ids([t.text for t in doc])
        self._hidden = encoder.predict([doc])[0]
        self._ids = _as_text(np.concatenate([ids, ids]))
        shim.run = self.run

    def run(self, batch: np.ndarray, mask: np.ndarray) -> np.ndarray:
        start = time.process_time()
        out = np.zeros((*batch.shape, self._hidden.shape[1]), dtype=np.float32)
        for row, n in enumerate(mask.sum(axis=1).tolist()):
            at = self._ids.index(_as_text(batch[row, 1 : n - 1]))
            rows = np.arange(at, at + n - 2) % len(self._hidden)
            out[row, 1 : n - 1] = self._hidden[rows]
        self.spent += time.process_time() - start
        return out


def _as_text(ids: np.ndarray) -> str:
    return ids.astype("<u4").tobytes().decode("utf-32-le")


def steps(nlp: Language, network: Remembered, text: str) -> dict[str, float]:
    """Return the CPU seconds of each step of reading one text, without the network."""
    spent: dict[str, float] = {}

    def timed(name: str, call: Callable, argument: object) -> Any:
        network.spent, start = 0.0, time.process_time()
        out = call(argument)
        spent[name] = time.process_time() - start - network.spent
        return out

    doc = timed("tokenizer", nlp.make_doc, text)
    for name, pipe in nlp.pipeline:
        doc = timed(name, pipe, doc)
    timed("facts", baoshu.facts, doc)
    return spent


def least(nlp: Language, network: Remembered, texts: list[str]) -> dict[str, float]:
    """Return microseconds a character of each step."""
    found = [[steps(nlp, network, text) for text in texts] for _ in range(ROUNDS)]
    total = sum(map(len, texts))
    return {
        name: min(sum(one[name] for one in each) for each in found) / total * 1e6
        for name in found[0][0]
    }


def main(folder: Path, sizes: list[str]) -> None:
    nlp = baoshu.load()
    texts = [read(path)[0].text + "\n" for path in files(folder)[:REPORTS]]
    joined = "".join(texts)
    network = Remembered(nlp, joined)
    measured = {f"{REPORTS} reports": texts}
    for size in sizes:
        n, length = map(int, size.split("x"))
        text = joined * (n * length // len(joined) + 1)
        measured[size] = [text[i * length : (i + 1) * length] for i in range(n)]
    for name, read_in in measured.items():
        found = least(nlp, network, read_in)
        cells = [*found.items(), ("all", sum(found.values()))]
        print(f"{name}:", *(f"{step} {value:.1f}," for step, value in cells))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
