"""Files into text: what encoding, and in which blocks a long text is read.

Text files only; the encoding is found by `charset_normalizer` among those that Chinese
reports are kept in.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from baoshu.errors import BaoshuError

_ENCODINGS = ["utf_8", "gb18030", "big5", "utf_16_le", "utf_16_be"]
_OTHER_KINDS = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".zip", ".rar"}


@dataclass(frozen=True)
class Block:
    """A part of a text; ``text`` stands at ``offset`` in it."""

    text: str
    offset: int


def read_text(path: Path | None) -> str:
    """Return the text of a file, or of standard input where ``path`` is None.

    Raises:
        BaoshuError: The file is missing, empty, unreadable or not text.
    """
    name = "standard input" if path is None else str(path)
    if path is not None and path.suffix.lower() in _OTHER_KINDS:
        raise BaoshuError(f"{name}: {path.suffix} is not read yet: save it as .txt")
    try:
        data = sys.stdin.buffer.read() if path is None else path.read_bytes()
    except IsADirectoryError as error:
        raise BaoshuError(f"{name}: a folder: name the files in it") from error
    except OSError as error:
        raise BaoshuError(f"{name}: cannot be read ({error.strerror})") from error
    text = decode(data, name)
    if not text.strip():
        raise BaoshuError(f"{name}: empty, there is nothing to read")
    return text


def decode(data: bytes, name: str) -> str:
    """Return the text of bytes in any encoding Chinese reports come in.

    A byte order mark is part of the encoding, not of the text.

    Raises:
        BaoshuError: The bytes are not text.
    """
    if not data:
        return ""
    try:
        text = data.decode("utf-8-sig")  # nearly all files: no need to guess
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=_ENCODINGS, enable_fallback=False).best()
        text = "" if best is None else str(best).removeprefix("\ufeff")
    if not text or _looks_binary(text):
        raise BaoshuError(
            f"{name}: not a text file, or in an unknown encoding: save it as UTF-8 text"
        )
    return text


def _looks_binary(text: str) -> bool:
    """Tell text from bytes that happen to decode: no control characters in text."""
    sample = text[:100_000]
    strange = sum(c < " " and c not in "\t\n\r\f\v\x1a" for c in sample)
    return strange > len(sample) / 1000


def blocks(text: str, most: int) -> Iterator[Block]:
    """Cut a text into blocks of whole paragraphs of at most ``most`` characters.

    A paragraph that is longer is cut after a sentence, or where it must be.
    """
    start = 0
    while start < len(text):
        end = len(text)
        if end - start > most:
            window = text[start : start + most]
            cuts = (window.rfind(mark, most // 2) + 1 for mark in "\n。；")
            end = start + (next((cut for cut in cuts if cut), 0) or most)
        yield Block(text[start:end], start)
        start = end
