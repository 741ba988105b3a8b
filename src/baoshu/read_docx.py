"""A Word file into text: paragraphs and tables in their order, as a reader sees them.

python-docx opens the file; its paragraphs leave out what stands in smart tags (old Word
puts figures and dates in them), content controls, text boxes and accepted insertions,
so the text is taken from the elements. A row of a table is a line, its cells divided by
tabs; a merged cell is written once. Footnotes, headers and footers are left out.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from baoshu.documents import Document
from baoshu.docx_numbers import Numbers
from baoshu.errors import BaoshuError
from baoshu.messages import _

MOST_UNPACKED = 256 * 2**20  # bytes of all parts together
MOST_RATIO = 200  # of a part; text is packed to a tenth, a bomb to a thousandth
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BOX = f"{_W}txbxContent"
_NOT_SHOWN = {
    f"{_W}pPr",
    f"{_W}rPr",
    f"{_W}del",
    f"{_W}moveFrom",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_AS_TEXT = {f"{_W}tab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_TEXT = {f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}


def read(data: bytes, name: str) -> Document:
    """Return the document in a docx file.

    Raises:
        BaoshuError: No docx, damaged, locked, or unpacks to far more than it is.
    """
    try:
        import docx
    except ImportError as error:
        raise BaoshuError(
            _('{name}: docx needs python-docx: pip install "baoshu[files]"').format(
                name=name
            )
        ) from error
    _check_archive(data, name)
    try:
        word = docx.Document(io.BytesIO(data))
        lines = list(_lines(word.element.body, _numbers(word)))
        core = word.core_properties
        title, author = core.title, core.author
    except Exception as error:  # python-docx raises what its parts raise
        raise BaoshuError(
            _("{name}: a damaged Word file: save it again as .docx ({why})").format(
                name=name, why=error
            )
        ) from error
    text = "".join(f"{line}\n" for line in lines)
    return Document(text, title=title or "", publisher=author or "")


def _check_archive(data: bytes, name: str) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise BaoshuError(
            _(
                "{name}: no Word file, or a damaged or locked one: save it again as .docx"
            ).format(name=name)
        ) from error
    size = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > 2**20 and part.file_size > MOST_RATIO * part.compress_size
        for part in parts
    )
    if size > MOST_UNPACKED or swollen:
        said = _("{name}: unpacks to {size:,} bytes and is not opened: save it as .txt")
        raise BaoshuError(said.format(name=name, size=size))


def _numbers(word: Any) -> Numbers:
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        numbering = word.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
    except KeyError:  # nothing in it is numbered
        numbering = None
    return Numbers(numbering, word.styles.element)


def _lines(element: Any, numbers: Numbers) -> Iterator[str]:
    """Yield the lines of a body, a cell or a text box."""
    for part in element:
        if part.tag == f"{_W}p":
            yield numbers.number(part) + "".join(_text(part))
            for box in _boxes(part):
                yield from _lines(box, numbers)
        elif part.tag == f"{_W}tbl":
            for row in _within(part, f"{_W}tr"):
                yield from _row(row, numbers)
        elif part.tag not in _NOT_SHOWN:  # content controls, insertions
            yield from _lines(part, numbers)


def _row(row: Any, numbers: Numbers) -> Iterator[str]:
    cells = [list(_lines(cell, numbers)) for cell in _within(row, f"{_W}tc")]
    if len(cells) == 1:  # a frame around paragraphs
        yield from cells[0]
    else:
        yield "\t".join(" ".join(" ".join(cell).split()) for cell in cells)


def _within(element: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, not those of tables in them."""
    for part in element:
        if part.tag == tag:
            yield part
        elif part.tag not in _NOT_SHOWN:
            yield from _within(part, tag)


def _text(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph, without that of its text boxes."""
    for part in element:
        if part.tag in _TEXT:
            yield part.text or ""
        elif part.tag == f"{_W}br":
            yield "\n" if part.get(f"{_W}type") in (None, "textWrapping") else ""
        elif part.tag in _AS_TEXT:
            yield _AS_TEXT[part.tag]
        elif part.tag != _BOX and part.tag not in _NOT_SHOWN:
            yield from _text(part)


def _boxes(element: Any) -> Iterator[Any]:
    for part in element:
        if part.tag == _BOX:
            yield part
        elif part.tag not in _NOT_SHOWN:
            yield from _boxes(part)
