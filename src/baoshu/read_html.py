"""A web page into the text of its report, by trafilatura.

What stands around the report (navigation, share buttons, footers) is left out; title,
date and publisher are kept as the page states them. A row of a table is a line, its
cells divided by tabs.
"""

import re
from itertools import islice
from typing import Any

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.messages import _
from baoshu.reading import decode

MOST_CHARACTERS = 8_000_000  # of markup
MOST_ELEMENTS = 30_000  # a long report has some thousands; trafilatura is not linear
MOST_DEPTH = 250  # tags in tags; libxml2 drops what is deeper, and says nothing
_SHORTEST = 80  # characters of a report; trafilatura's 250 are meant for Latin letters
_LAYOUT = 3  # paragraphs in a cell: a table that holds more lays out a page


def read(data: bytes, name: str) -> Document:
    """Return the document in an html page.

    Raises:
        BaoshuError: No html, too large or too deep, or no article in it.
    """
    try:
        from trafilatura import bare_extraction
        from trafilatura.settings import use_config
    except ImportError as error:
        raise BaoshuError(
            _('{name}: html needs trafilatura: pip install "baoshu[files]"').format(
                name=name
            )
        ) from error
    tree = _parse(decode(data, name), name)
    stated = _stated(tree)
    _flatten(tree)
    config = use_config()
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = str(_SHORTEST)
    found: Any = bare_extraction(
        tree,
        favor_recall=True,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        deduplicate=False,
        # A year in the text is no date of the page.
        date_extraction_params={"extensive_search": False},
        config=config,
    )
    if found is None or not (found.text or "").strip():
        raise BaoshuError(
            _("{name}: no report found in this page: save its text as .txt").format(
                name=name
            )
        )
    text = _RULE.sub("", _ROW.sub(_with_tabs, found.text))
    title = stated.get("articletitle") or found.title or ""
    if title not in text:  # its heading may stand outside of what was taken
        text = f"{title}\n{text}"
    day = re.match(r"\d{4}-\d\d-\d\d", stated.get("pubdate", "").replace("/", "-"))
    return Document(
        text=text,
        title=title,
        date=day.group() if day else found.date or "",
        publisher=stated.get("contentsource")
        or stated.get("sitename")
        or found.sitename
        or found.author
        or "",
    )


def _parse(markup: str, name: str) -> Any:
    from lxml import etree, html

    if len(markup) > MOST_CHARACTERS:
        raise _no_page(name)
    parser = html.HTMLParser(encoding="utf8", remove_comments=True, remove_pis=True)
    try:
        tree = html.fromstring(markup.encode("utf8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return html.fromstring("<html/>")
    if _elements(tree) > MOST_ELEMENTS or _depth(tree) >= MOST_DEPTH:
        raise _no_page(name)
    return tree


def _no_page(name: str) -> BaoshuError:
    return BaoshuError(
        _(
            "{name}: no ordinary page (too large or too many tags in tags): "
            "save its text as .txt"
        ).format(name=name)
    )


def _elements(tree: Any) -> int:
    """Return how many elements there are; one more than the most says enough."""
    return sum(1 for _element in islice(tree.iter(), MOST_ELEMENTS + 1))


def _depth(tree: Any) -> int:
    """Return how deep tags stand in tags at most."""
    from lxml import etree

    deepest = depth = 0
    for event, _element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _stated(tree: Any) -> dict[str, str]:
    """Return what the meta tags of a page state, by their names in small letters.

    Government pages must have ArticleTitle, PubDate, ContentSource and SiteName (国务院
    办公厅, 政府网站发展指引, 2017).
    """
    return {
        meta.get("name", "").lower(): " ".join(meta.get("content", "").split())
        for meta in tree.iter("meta")
    }


def _flatten(tree: Any) -> None:
    """Make blocks of what trafilatura would run together into one paragraph, or lose.

    These are the sections that editors of 微信 put around every line, the tables by
    which older sites lay a page out, and bare text behind a heading.
    """
    for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        if (heading.tail or "").strip():
            paragraph = heading.makeelement("p")
            paragraph.text, heading.tail = heading.tail, None
            heading.addnext(paragraph)
    for element in tree.iter("section"):
        element.tag = "div"
    for table in tree.iter("table"):
        rows = [*table.findall("tr"), *table.findall("tbody/tr")]
        cells = [cell for row in rows for cell in row.findall("td")]
        if any(len(cell.findall("p")) > _LAYOUT for cell in cells):
            for element in (table, *table.findall("tbody"), *rows, *cells):
                element.tag = "div"


# trafilatura writes tables as Markdown does.
_ROW = re.compile(r"^\|(.*)\| *$", re.M)
_RULE = re.compile(r"^(?:---\t?)+\n", re.M)


def _with_tabs(row: re.Match[str]) -> str:
    return "\t".join(cell.strip() for cell in row[1].split("|"))
