"""A web page into the text of its report, by trafilatura.

What stands around the report (navigation, share buttons, footers) is left out; title,
date and publisher are kept as the page states them.
"""

import re
from typing import Any

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.messages import _
from baoshu.reading import decode

MOST_CHARACTERS = 8_000_000  # of markup
MOST_DEPTH = 400  # tags in tags; lxml is asked to go no deeper either


def read(data: bytes, name: str) -> Document:
    """Return the document in an html page.

    Raises:
        BaoshuError: No html, too large or too deep, or no article in it.
    """
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        raise BaoshuError(
            _('{name}: html needs trafilatura: pip install "baoshu[files]"').format(
                name=name
            )
        ) from error
    markup = decode(data, name)
    if len(markup) > MOST_CHARACTERS or _depth(markup) > MOST_DEPTH:
        raise BaoshuError(
            _(
                "{name}: no ordinary page (too large or too many tags in tags): "
                "save its text as .txt"
            ).format(name=name)
        )
    found: Any = bare_extraction(
        markup,
        favor_recall=True,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        deduplicate=False,
    )
    if found is None or not (found.text or "").strip():
        raise BaoshuError(
            _("{name}: no report found in this page: save its text as .txt").format(
                name=name
            )
        )
    return Document(
        text=found.text,
        title=found.title or "",
        date=found.date or "",
        publisher=found.sitename or found.author or "",
    )


def _depth(markup: str) -> int:
    """Return how deep tags stand in tags at most, in one pass.

    Tags that need no end are left out: a list of a thousand rows is not deep.
    """
    deepest = depth = 0
    for tag in _TAG.finditer(markup):
        if tag["name"].lower() in _UNCLOSED or tag["alone"]:
            continue
        depth = max(0, depth - 1) if tag["end"] else depth + 1
        deepest = max(deepest, depth)
    return deepest


_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,15})[^<>]{0,2000}?(?P<alone>/?)>"
)
_UNCLOSED = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "tr",
        "th",
        "dd",
        "dt",
        "option",
    ]
)
