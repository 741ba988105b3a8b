"""Seconds a character against the number and the length of documents, with a plot.

Once with the network's answers remembered, where what grows faster than the text would
show, and once, over fewer sizes, with the network at work. Many documents go through
`nlp.pipe` from a generator; a long one is read as `baoshu extract` reads it, in blocks.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from spacy.language import Language

import baoshu
from baoshu.documents import Document
from baoshu.extraction import document_facts
from benchmarks.remembered import Remembered
from benchmarks.report import table
from benchmarks.rounds import clocked, interleaved
from benchmarks.texts import cut

LENGTH = 300  # characters of each of many documents
PART = 10_000  # characters that are read again and again
ALONE, WITH = "without the network", "with the network"
AXES = ("documents of 300 characters", "characters of one document")


@dataclass(frozen=True)
class Sizes:
    """How many documents there are in turn, and how long one alone is."""

    documents: tuple[int, ...]
    lengths: tuple[int, ...]


SIZES = {
    ALONE: Sizes(
        (10, 30, 100, 300, 1_000, 3_000, 10_000),
        (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
    ),
    WITH: Sizes((10, 30, 100, 300, 1_000), (1_000, 3_000, 10_000, 30_000, 100_000)),
}

Key = tuple[str, str, int]  # network, axis, size
Costs = dict[Key, float]  # µs a character
Read = Callable[[Language, str, int], None]


def read_many(nlp: Language, text: str, n: int) -> None:
    for doc in nlp.pipe(cut(text, n, LENGTH)):
        baoshu.facts(doc)


def read_long(nlp: Language, text: str, length: int) -> None:
    for _ in document_facts(nlp, Document(next(cut(text, 1, length)))):
        pass


def starts(text: str, characters: int) -> range:
    """Return where to begin so that calls of so many read the text about once."""
    return range(0, max(1, len(text) // characters) * characters, characters)


class Clock:
    """Microseconds a character, with the network or without it, at the usual speed.

    A size is read between two readings of the same text in documents of 300 characters:
    a slow minute of the machine falls on both, and only their ratio counts.
    """

    def __init__(self, text: str, how: str) -> None:
        self._nlp, self._text, self._network = baoshu.load(), text, None
        if how == ALONE:
            self._network = Remembered(self._nlp, text, time.perf_counter)
        self.usual: list[float] = []
        self._standard()  # the first is slower

    def beside(self, read: Read, size: int, characters: int) -> float:
        """Return what a size takes a character over what is usual right now."""
        around = [self._standard()]
        taken = self._taken(read, size, characters)
        around.append(self._standard())
        self.usual += around
        return taken / (sum(around) / 2)

    def _standard(self) -> float:
        n = len(self._text) // LENGTH
        return self._taken(read_many, n, n * LENGTH)

    def _taken(self, read: Read, size: int, characters: int) -> float:
        begins = starts(self._text, characters)

        def throughout() -> None:
            for at in begins:
                read(self._nlp, self._text[at:] + self._text[:at], size)

        seconds = _less(clocked(throughout), self._network)()
        return seconds / (len(begins) * characters) * 1e6


def costs(text: str, sizes: dict[str, Sizes], rounds: int) -> Costs:
    """Return the median cost of each size, microseconds a character by the clock.

    The same text is read at every size, in many calls where one does not reach its end.
    """
    clocks = {how: Clock(text[:PART], how) for how in sizes}
    calls: dict[Key, Callable[[], float]] = {}
    for how, swept in sizes.items():
        for size in swept.documents:
            call = partial(clocks[how].beside, read_many, size, size * LENGTH)
            calls[how, AXES[0], size] = call
        for size in swept.lengths:
            calls[how, AXES[1], size] = partial(
                clocks[how].beside, read_long, size, size
            )
    found = interleaved(calls, rounds, warm=False)
    return {key: median(found[key]) * median(clocks[key[0]].usual) for key in found}


def _less(call: Callable[[], float], network: Remembered | None) -> Callable[[], float]:
    """Return a call whose seconds leave out those of giving remembered answers."""

    def timed() -> float:
        if network is None:
            return call()
        network.spent = 0.0
        seconds = call()
        return seconds - network.spent

    return timed


def off(found: Costs) -> Costs:
    """Return each cost over the median of its line."""
    lines = {key[:2] for key in found}
    middle = {
        line: median(v for k, v in found.items() if k[:2] == line) for line in lines
    }
    return {key: value / middle[key[:2]] for key, value in found.items()}


def tables(found: Costs) -> str:
    """Return a table an axis: microseconds a character, and how far off the median."""
    relative, parts = off(found), []
    ways = list(dict.fromkeys(how for how, _, _ in found))
    for axis in AXES:
        sizes = sorted({size for _, a, size in found if a == axis})
        rows = [
            (
                f"{size:,}",
                *(
                    f"{found[how, axis, size]:.1f} ({relative[how, axis, size] - 1:+.0%})"
                    if (how, axis, size) in found
                    else ""
                    for how in ways
                ),
            )
            for size in sizes
        ]
        parts.append(table((axis, *(f"{how}, µs a character" for how in ways)), rows))
    return "\n\n".join(parts)


def plot(found: Costs, path: Path) -> None:
    """Draw each line over its own median, with the band of ±10 %."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    relative = off(found)
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for panel, axis in zip(panels, AXES, strict=True):
        panel.axhspan(0.9, 1.1, color="0.9", label="±10 %")
        for how in dict.fromkeys(how for how, _, _ in found):
            line = sorted(
                (k[2], v) for k, v in relative.items() if k[:2] == (how, axis)
            )
            panel.plot(*zip(*line, strict=True), marker="o", markersize=4, label=how)
        panel.set(xscale="log", xlabel=axis)
    panels[0].set(ylim=(0, None), ylabel="cost per character / its median")
    panels[0].legend(loc="lower right", frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
