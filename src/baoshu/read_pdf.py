"""A pdf with a text layer into text, by pypdfium2: lines joined into paragraphs.

What repeats at the head or foot of pages and what is only a page number is left out.
A line goes on in the next unless it ends a sentence short of the margin, or the next
opens with a section number or an indent.
"""

import re
from collections import Counter

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.messages import _
from baoshu.sections import numbered

MOST_PAGES = 2000
_PAGE_NUMBER = re.compile(
    r"[-—–·~\s]*(?:(?:第|Page)?\s*\d{1,4}\s*页?(?:\s*(?:[/共,，]|of)\s*\d+\s*页?)?)[-—–·~\s]*"
)
_EDGE = 2  # lines at the head and at the foot of a page that may be furniture
_ENDS = "。！？：；.!?:;…"
_FULL = 0.85  # of the widest lines: what is shorter was broken on purpose


def read(data: bytes, name: str) -> Document:
    """Return the document in a pdf file.

    Raises:
        BaoshuError: No pdf, damaged, locked with a password, too many pages, or
            pictures of pages without text.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise BaoshuError(
            _('{name}: pdf needs pypdfium2: pip install "baoshu[files]"').format(
                name=name
            )
        ) from error
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise BaoshuError(
            _(
                "{name}: a damaged pdf, or one locked with a password: "
                "save it again without one ({why})"
            ).format(name=name, why=error)
        ) from error
    with pdf:
        if len(pdf) > MOST_PAGES:
            said = _("{name}: {pages} pages: split it")
            raise BaoshuError(said.format(name=name, pages=len(pdf)))
        pages = [_page_lines(page) for page in pdf]
        pictures = tuple(
            number
            for number, lines in enumerate(pages, 1)
            if not any(map(_says, lines)) and _has_picture(pdf[number - 1])
        )
        title = pdf.get_metadata_value("Title")
    text, starts = join_pages(pages)
    if len("".join(text.split())) < 2 * len(pages):
        raise BaoshuError(
            _(
                "{name}: pictures of pages without text: run OCR on it first, "
                "for example `ocrmypdf -l chi_sim`"
            ).format(name=name)
        )
    return Document(text, title=title or "", pages=starts, pictures=pictures)


def _page_lines(page: "object") -> list[str]:
    text = page.get_textpage().get_text_range()  # type: ignore[attr-defined]
    return [line.rstrip() for line in re.split(r"\r\n|\n|\r", text)]


def _says(line: str) -> bool:
    return bool(line.strip()) and not _PAGE_NUMBER.fullmatch(line)


def _has_picture(page: "object") -> bool:
    from pypdfium2 import raw

    kinds = [raw.FPDF_PAGEOBJ_IMAGE]
    return any(True for _ in page.get_objects(filter=kinds))  # type: ignore[attr-defined]


def join_pages(pages: list[list[str]]) -> tuple[str, tuple[int, ...]]:
    """Join the lines of pages into paragraphs.

    Args:
        pages: The lines of each page, as they stand.

    Returns:
        The text, a paragraph a line, and where each page starts in it.
    """
    kept = _without_furniture(pages)
    widths = sorted(len(line) for page in kept for line in page)
    widest = widths[int(0.9 * (len(widths) - 1))] if widths else 0
    done: list[str] = []  # paragraphs, each with its line end
    length, open_paragraph, last = 0, "", ""
    starts = []
    for page in kept:
        start = None
        for line in page:
            if last and _goes_on(last, line, widest):
                open_paragraph += _gap(open_paragraph, line)
            elif last:
                done.append(open_paragraph + "\n")
                length += len(done[-1])
                open_paragraph = ""
            if start is None:
                start = length + len(open_paragraph)
            open_paragraph += line.strip()
            last = line
        starts.append(length + len(open_paragraph) if start is None else start)
    if last:
        done.append(open_paragraph + "\n")
    return "".join(done), tuple(starts)


def _gap(before: str, line: str) -> str:
    """Return what stands between two joined lines: a space between Latin words."""
    words = (before[-1:], line.lstrip()[:1])
    return " " if all(c.isascii() and c.isalpha() for c in words) else ""


def _goes_on(line: str, following: str, widest: int) -> bool:
    if numbered(following) is not None or following.startswith(("　", "  ")):
        return False
    if len(line) < _FULL * widest:
        return False
    return not (line.endswith(tuple(_ENDS)) and len(line) < widest - 1)


def _without_furniture(pages: list[list[str]]) -> list[list[str]]:
    """Leave out page numbers, and what stands at the edge of a third of the pages.

    Left and right pages may have heads of their own; a sentence is none.
    """
    filled = [[line for line in page if line.strip()] for page in pages]
    seen = Counter(
        key
        for page in filled
        for key in {
            key for line in (*page[:_EDGE], *page[-_EDGE:]) for key in _keys(line)
        }
    )
    often = {key for key, n in seen.items() if n >= 2 and n > len(pages) / 3}
    return [
        [
            line
            for i, line in enumerate(page)
            if _EDGE <= i < len(page) - _EDGE
            or not (_PAGE_NUMBER.fullmatch(line) or _keys(line) & often)
        ]
        for page in filled
    ]


def _keys(line: str) -> set[str]:
    """Return a head or foot without its page number, which is its first or last."""
    line = line.strip()
    if line.endswith(tuple(_ENDS)):
        return set()
    first, last = (re.sub(p, "0", line, count=1) for p in (r"\d+", r"\d+(?=\D*$)"))
    return {f"0 {first}", f"{last} 0"}
