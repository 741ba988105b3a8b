"""Files into documents: text in any encoding, html, docx, and pdf with a text layer.

The encoding is found by `charset_normalizer` among those that Chinese reports are kept
in; html, docx and pdf are read by `read_html`, `read_docx` and `read_pdf`.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from charset_normalizer import from_bytes

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.messages import _

_ENCODINGS = ["utf_8", "gb18030", "big5", "utf_16_le", "utf_16_be"]
_READERS = {
    ".html": "read_html",
    ".htm": "read_html",
    ".shtml": "read_html",
    ".docx": "read_docx",
    ".pdf": "read_pdf",
}
_SIGNS = {  # what bytes without a telling name begin with
    re.compile(rb"%PDF-"): "read_pdf",
    re.compile(rb"PK\x03\x04"): "read_docx",
    re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)", re.I): "read_html",
}
_TEXT = {".txt", ".md", ".text"}
_OTHER_KINDS = {
    ".doc": _("save it as .docx"),
    ".wps": _("save it as .docx"),
    ".rtf": _("save it as .docx"),
    ".odt": _("save it as .docx"),
    ".xls": _("save its sheet as .txt"),
    ".xlsx": _("save its sheet as .txt"),
    ".zip": _("unpack it first"),
    ".rar": _("unpack it first"),
    ".7z": _("unpack it first"),
    ".ofd": _("save it as .pdf"),
    ".jpg": _("run OCR on it first"),
    ".png": _("run OCR on it first"),
    ".tif": _("run OCR on it first"),
}
_STRANGE = 0.6  # zero-width characters, which web pages leave behind, pass for noise
MOST_BYTES = 64 * 2**20  # of one file; no report comes near


@dataclass(frozen=True)
class Block:
    """A part of a text; ``text`` stands at ``offset`` in it."""

    text: str
    offset: int


def find_files(path: Path) -> tuple[list[Path], int]:
    """Return the files of a folder that can be read, sorted, and how many cannot.

    Raises:
        BaoshuError: None can.
    """
    every = sorted(file for file in path.rglob("*") if file.is_file())
    kinds = _TEXT | set(_READERS)
    found = [file for file in every if file.suffix.lower() in kinds]
    if not found:
        said = _("{name}: no {kinds} file in it")
        raise BaoshuError(said.format(name=path, kinds=", ".join(sorted(kinds))))
    return found, len(every) - len(found)


def read_document(path: Path | None) -> Document:
    """Return the document in a file, or in standard input where ``path`` is None.

    Raises:
        BaoshuError: The file is missing, empty, too large, damaged, or of a kind that
            is not read; the message names it and says what to do.
    """
    name = _("standard input") if path is None else str(path)
    data = _bytes(path, name)
    reader = _READERS.get(path.suffix.lower()) if path is not None else None
    reader = reader or next((r for m, r in _SIGNS.items() if m.match(data)), None)
    if reader is None:
        document = Document(decode(data, name))
    else:
        read: Callable[[bytes, str], Document]
        read = import_module(f"baoshu.{reader}").read
        document = read(data, name)
    if not document.text.strip():
        raise BaoshuError(
            _("{name}: empty, there is nothing to read").format(name=name)
        )
    return document


def _bytes(path: Path | None, name: str) -> bytes:
    if path is not None and path.suffix.lower() in _OTHER_KINDS:
        said = _("{name}: {ending} is not read: {what_to_do}")
        what_to_do = _OTHER_KINDS[path.suffix.lower()]
        raise BaoshuError(
            said.format(name=name, ending=path.suffix, what_to_do=what_to_do)
        )
    try:
        if path is None:
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except IsADirectoryError as error:
        raise BaoshuError(
            _("{name}: a folder, not a file").format(name=name)
        ) from error
    except OSError as error:
        raise BaoshuError(
            _("{name}: cannot be read ({why})").format(name=name, why=error.strerror)
        ) from error
    if len(data) > MOST_BYTES:
        said = _("{name}: larger than {most} MiB: no report is; split it")
        raise BaoshuError(said.format(name=name, most=MOST_BYTES // 2**20))
    return data


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
        found = from_bytes(
            data, cp_isolation=_ENCODINGS, threshold=_STRANGE, enable_fallback=False
        )
        best = found.best()
        text = "" if best is None else str(best).removeprefix("\ufeff")
    if not text or _looks_binary(text):
        raise BaoshuError(
            _(
                "{name}: not a text file, or in an unknown encoding: "
                "save it as UTF-8 text"
            ).format(name=name)
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
