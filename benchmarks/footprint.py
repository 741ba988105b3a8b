"""What it costs beside time: start-up, the size of an installation, memory."""

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import baoshu
from baoshu.loading import shipped
from benchmarks.report import table
from benchmarks.rounds import interleaved, ratios, spread
from benchmarks.texts import ROOT

SPACY, LOADED = "import spacy", "import baoshu; baoshu.load()"
READ = "import baoshu; baoshu.load()('全县共有医院12家。')._.figures"
MEMORY = (  # how it is read, documents, characters each
    ("pipe", 20, 2_000),
    ("pipe", 200, 2_000),
    ("pipe", 16, 20_000),
    ("extract", 1, 100_000),
)
TORCH = ("torch", "transformers")


def start_up(rounds: int) -> str:
    """Return the seconds, by the clock, of starting in fresh processes."""
    codes = (SPACY, LOADED, READ)
    spent = interleaved({code: partial(_seconds, code) for code in codes}, rounds)
    rows = [
        (
            f"`{code}`",
            spread(spent[code], ".2f"),
            spread(ratios(spent, SPACY, code), ".2f"),
        )
        for code in codes
    ]
    return table(("a fresh process", "seconds", f"times `{SPACY}`"), rows)


def _seconds(code: str) -> float:
    timed = (
        f"import time; a = time.perf_counter(); {code}; print(time.perf_counter() - a)"
    )
    return float(_output("-c", timed))


def _output(*arguments: str) -> str:
    """Return what a fresh Python prints, run where this package is found."""
    command = [sys.executable, *arguments]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, encoding="utf8", env=environment
    )
    return done.stdout


def closure(*names: str) -> set[str]:
    """Return the installed distributions that these need, themselves among them.

    Extras are followed only where a requirement names them.
    """
    found, todo = set(), [Requirement(name) for name in names]
    while todo:
        asked = todo.pop()
        key = (canonicalize_name(asked.name), frozenset(asked.extras))
        if key in found:
            continue
        found.add(key)
        for line in metadata.requires(asked.name) or ():
            needed = Requirement(line)
            extras = ("", *asked.extras)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in extras
            ):
                todo.append(needed)
    return {name for name, _ in found}


def size(name: str) -> int:
    """Return the bytes of a distribution's files, what was compiled on install too."""
    if name == "baoshu":  # a checkout has its files, and its models, elsewhere
        package = Path(baoshu.__file__).parent
        folders = {package, shipped(), shipped("words")}
        files = {file for folder in folders for file in folder.rglob("*")}
        return _bytes(file for file in files if "__pycache__" not in file.parts)
    listed = metadata.distribution(name).files or ()
    return _bytes(Path(str(file.locate())) for file in listed)


def _bytes(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())


def installed() -> str:
    """Return the size of what `pip install baoshu` brings, and of torch beside it."""
    core = closure("baoshu")
    sizes = {name: size(name) / 1e6 for name in core}
    largest = sorted(core, key=sizes.__getitem__, reverse=True)[:6]
    rows = [(name, f"{sizes[name]:,.0f}") for name in largest]
    rest = sum(sizes.values()) - sum(sizes[name] for name in largest)
    rows += [
        (f"{len(core) - len(largest)} others", f"{rest:,.0f}"),
        ("all of the core", f"{sum(sizes.values()):,.0f}"),
    ]
    try:
        more = closure(*TORCH) - core
        needed = sum(size(name) for name in more) / 1e6
        rows.append((f"for {', '.join(TORCH)} besides", f"{needed:,.0f}"))
    except metadata.PackageNotFoundError:
        pass
    without = "is" if "torch" in core else "is not"
    return "\n\n".join(
        (
            table(("distribution", "MB"), rows),
            f"Python itself is not counted; torch {without} among them.",
        )
    )


def memory(path: Path) -> str:
    """Return the peak memory of fresh processes that read texts from a generator."""
    ways = {"pipe": "`nlp.pipe`", "extract": "as `baoshu extract`"}
    rows = []
    for way, n, length in MEMORY:
        arguments = ("benchmarks.memory", str(path.resolve()), way, str(n), str(length))
        peak = int(_output("-m", *arguments)) / 1e6
        rows.append((f"{n:,} of {length:,} characters, {ways[way]}", f"{peak:,.0f}"))
    return table(("documents", "peak MB"), rows)
