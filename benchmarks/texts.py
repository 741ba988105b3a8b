"""The texts that are read: of annotated files or of reports, cut to what is asked for."""

from collections.abc import Iterator
from pathlib import Path

from baoshu.annotations import read
from baoshu.reading import find_files, read_document

ROOT = Path(__file__).resolve().parents[1]


def texts_of(path: Path) -> list[str]:
    """Return the text of each file of a folder, or of one file."""
    paths = find_files(path)[0] if path.is_dir() else [path]
    return [_text(file) for file in paths]


def _text(path: Path) -> str:
    if path.suffix == ".txt":
        annotated, problems = read(path)
        if annotated.mentions and not problems:
            return annotated.text
    return read_document(path).text


def sample(texts: list[str], characters: int) -> list[str]:
    """Return texts taken evenly from all, ``characters`` in all; the last one is cut."""
    found, left = [], characters
    for text in texts[:: max(1, sum(map(len, texts)) // characters)]:
        found.append(text[:left])
        left -= len(found[-1])
        if not left:
            break
    return found


def cut(text: str, n: int, length: int) -> Iterator[str]:
    """Yield ``n`` texts of ``length`` characters, one behind the other, again and again."""
    around = text * (length // len(text) + 2)
    for i in range(n):
        start = i * length % len(text)
        yield around[start : start + length]


def title(path: Path) -> str:
    """Return what a table calls a folder: no more of its place than the repository."""
    path = path.resolve()
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
