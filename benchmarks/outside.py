"""CPU time a character of everything but the encoder, step by step.

    OMP_NUM_THREADS=1 python -m benchmarks.outside annotations/test 10x300 1x20000

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

from spacy.language import Language

import baoshu
from baoshu.annotations import files, read
from benchmarks.remembered import Remembered
from benchmarks.texts import cut

REPORTS, ROUNDS = 3, 3


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
        measured[size] = list(cut(joined, n, length))
    for name, read_in in measured.items():
        found = least(nlp, network, read_in)
        cells = [*found.items(), ("all", sum(found.values()))]
        print(f"{name}:", *(f"{step} {value:.1f}," for step, value in cells))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
