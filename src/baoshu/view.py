"""A report as a page: its text with the entities in colour, and the table of figures.

One file that needs no network. Everything that comes from the report goes through
jinja2's escaping; a policy in the page forbids it to load anything.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, Template
from markupsafe import Markup
from spacy.tokens import Doc

from baoshu.documents import Document
from baoshu.fact_table import Fact, facts
from baoshu.labels import DISPLACY_COLORS, FIGURE_LABELS
from baoshu.terminal import format_value
from baoshu.verification import contradictions, verify

_NAMES = {
    "ORG": "机构", "PROJECT": "项目", "LOC": "地区", "DATE": "时期", "DOC": "文件",
    "GROUP": "人群", "ITEM": "事物", "INDICATOR": "指标", "MONEY": "金额", "RATE": "比率",
    "COUNT": "计数", "QUANTITY": "量",
}  # fmt: skip


@dataclass(frozen=True)
class _Piece:
    """A stretch of a paragraph: a mention, or what stands between mentions."""

    text: str
    label: str | None = None
    id: int = -1
    figure: bool = False
    spoken: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class _Row:
    """A fact with the number of its mention and its value as shown."""

    id: int
    row: Fact
    value: str


def render_page(docs: Iterable[tuple[Doc, int]], document: Document) -> str:
    """Return the page of a report.

    Args:
        docs: What the pipeline returned for each block of the text, in order, and
            where each block starts.
        document: The report.
    """
    docs = list(docs)
    rows: list[Fact] = []
    mentions: list[tuple[int, int, str]] = []
    links: dict[tuple[int, int], list[tuple[str, tuple[int, int]]]] = {}
    for doc, offset in docs:
        rows += facts(doc, document, offset)
        for ent in doc.ents:
            mentions.append(
                (ent.start_char + offset, ent.end_char + offset, ent.label_)
            )
        for a, b, c, d, label, _ in doc._.links:
            where = (a + offset, b + offset)
            links.setdefault(where, []).append((label, (c + offset, d + offset)))
    number = {(a, b): i for i, (a, b, _) in enumerate(mentions)}
    by_place = {(row.start, row.end): row for row in rows}
    wrong = _contradictions(docs)
    drawn = {
        str(number[where]): [(label, number[head]) for label, head in heads]
        for where, heads in links.items()
    }
    return _template().render(
        title=document.title or document.name or "baoshu",
        css=Markup(_part("page.css")),
        js=Markup(_part("page.js")),
        colours=DISPLACY_COLORS,
        labels=_NAMES,
        figure_labels=list(FIGURE_LABELS),
        paragraphs=list(_paragraphs(document.text, mentions, by_place, set(wrong))),
        sections=list(dict.fromkeys(row.section for row in rows if row.section)),
        facts=[_Row(number[r.start, r.end], r, format_value(r)) for r in rows],
        contradictions=sum(map(len, wrong.values())),
        data=Markup(
            _json(
                {
                    "links": drawn,
                    "findings": {str(number[w]): said for w, said in wrong.items()},
                }
            )
        ),
    )


def _contradictions(
    docs: list[tuple[Doc, int]],
) -> dict[tuple[int, int], list[dict[str, str]]]:
    """Return what contradicts the report at each figure at fault, by its place."""
    offsets = dict(docs)
    out: dict[tuple[int, int], list[dict[str, str]]] = {}
    for finding in contradictions(verify(offsets)):
        span = finding.figures[0]
        offset = offsets[span.doc]
        said = {"equation": finding.equation, **finding.explanation._asdict()}
        where = (span.start_char + offset, span.end_char + offset)
        out.setdefault(where, []).append(said)
    return out


def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=False)
    return environment.from_string(_part("page.html"))


def _part(name: str) -> str:
    return (resources.files("baoshu") / "page" / name).read_text("utf8")


def _json(value: object) -> str:
    """Write JSON that cannot end the script element it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _paragraphs(
    text: str,
    mentions: list[tuple[int, int, str]],
    rows: dict[tuple[int, int], Fact],
    wrong: set[tuple[int, int]],
) -> Iterable[list[_Piece]]:
    start, i = 0, 0
    for line in text.splitlines(keepends=True):
        end, at, pieces = start + len(line), start, []
        while i < len(mentions) and mentions[i][0] < end:
            a, b, label = mentions[i]
            pieces.append(_Piece(text[at:a]))
            row = rows.get((a, b))
            spoken = "" if row is None else f"{row.indicator} {row.measures}"
            figure = label in FIGURE_LABELS
            pieces.append(_Piece(text[a:b], label, i, figure, spoken, (a, b) in wrong))
            at, i = b, i + 1
        pieces.append(_Piece(text[at:end].rstrip("\r\n")))
        if line.strip():
            yield [piece for piece in pieces if piece.text]
        start = end
