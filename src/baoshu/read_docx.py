"""A Word file into text, by python-docx: paragraphs and tables in their order.

A row of a table is a line, its cells divided by tabs.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.messages import _

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import _Cell

MOST_UNPACKED = 256 * 2**20  # bytes of all parts together
MOST_RATIO = 200  # of a part; text is packed to a tenth, a bomb to a thousandth


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
        lines = list(_lines(word))
        core = word.core_properties
        title, author = core.title, core.author
    except Exception as error:  # python-docx raises what its parts raise
        raise BaoshuError(
            _("{name}: a damaged Word file: save it again as .docx ({why})").format(
                name=name, why=error
            )
        ) from error
    return Document("".join(lines), title=title or "", publisher=author or "")


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


def _lines(word: "Word | _Cell") -> Iterator[str]:
    from docx.table import Table

    for part in word.iter_inner_content():
        if isinstance(part, Table):
            for row in part.rows:
                cells = [" ".join(cell.text.split()) for cell in row.cells]
                yield "\t".join(cells) + "\n"
        else:
            yield part.text + "\n"
