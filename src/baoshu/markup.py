"""The inline form of an annotated report, parsed and written.

    {d1 DATE|2023年}，{i1 INDICATOR|总投资}{f1 MONEY|1.2亿元|INDICATOR:i1 PERIOD:d1 plan}。

``{LABEL|text}``, ``{id LABEL|text}`` and, for a figure, a third field of links and
flags. Taking the markup away gives the text back, character for character. Parsing is
strict: whatever does not follow the form is a `Problem`, never skipped in silence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from baoshu.labels import (
    CHANGES,
    ENTITY_LABELS,
    FIGURE_LABELS,
    FLAGS,
    LINK_HEADS,
    LINKED_LABELS,
    NUMERAL,
)

_HEAD = re.compile(r"(?:(?P<id>[A-Za-z_]\w*) )?(?P<label>[A-Z]+)", re.ASCII)


@dataclass(frozen=True)
class Mention:
    """A labelled span: ``text[start:end]``, character offsets, half-open."""

    start: int
    end: int
    label: str
    id: str | None = None


@dataclass(frozen=True)
class Link:
    """A link from the figure at index ``figure`` to the mention at index ``head``."""

    figure: int
    head: int
    label: str


@dataclass(frozen=True)
class Annotated:
    """A text with its mentions in text order, links between them, flags by mention."""

    text: str
    mentions: tuple[Mention, ...] = ()
    links: tuple[Link, ...] = ()
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def surface(self, mention: Mention) -> str:
        return self.text[mention.start : mention.end]


@dataclass(frozen=True)
class Problem:
    """What is wrong at a line (1-based) of an annotated file, with the text at fault."""

    line: int
    text: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.message}: {self.text!r}"


@dataclass
class _Raw:
    """A mention as written, its third field not yet resolved."""

    mention: Mention
    line: int
    fields: list[str]


def parse(source: str) -> tuple[Annotated, list[Problem]]:
    """Read the inline form.

    Args:
        source: A whole annotated file.

    Returns:
        The annotated text, holding every mention and link that is well formed, and
        the list of everything that is not.
    """
    text, raw, problems = _scan(source)
    ids: dict[str, int] = {}
    for index, item in enumerate(raw):
        name = item.mention.id
        if name is not None and name in ids:
            problems.append(Problem(item.line, name, "id used twice"))
        elif name is not None:
            ids[name] = index
    links: list[Link] = []
    flags: dict[int, tuple[str, ...]] = {}
    for index, item in enumerate(raw):
        found, marks = _fields(item, index, ids, problems)
        links += found
        if marks:
            flags[index] = marks
    mentions = tuple(item.mention for item in raw)
    lines = [item.line for item in raw]
    annotated = Annotated(text, mentions, tuple(dict.fromkeys(links)), flags)
    problems += _check(annotated, lines)
    return annotated, sorted(problems, key=lambda p: p.line)


def _scan(source: str) -> tuple[str, list[_Raw], list[Problem]]:
    """Split the source into plain text and mentions."""
    out: list[str] = []
    length, line, pos = 0, 1, 0
    raw: list[_Raw] = []
    problems: list[Problem] = []
    for piece in re.finditer(r"\{([^{}]*)\}|([{}])|[^{}]+", source):
        plain = piece.group()
        inner, stray = piece.group(1), piece.group(2)
        if stray:
            near = source[max(0, pos - 10) : pos + 20]
            problems.append(Problem(line, near, f"stray {stray!r}, or a nested span"))
        elif inner is not None:
            plain, item = _mention(inner, length, line, problems)
            if item:
                raw.append(item)
        out.append(plain)
        length += len(plain)
        line += piece.group().count("\n")
        pos = piece.end()
    return "".join(out), raw, problems


def _mention(
    inner: str, start: int, line: int, problems: list[Problem]
) -> tuple[str, _Raw | None]:
    """Read what stands between two braces; the plain text comes back in any case."""
    parts = inner.split("|")
    head = _HEAD.fullmatch(parts[0])
    if len(parts) not in (2, 3) or head is None:
        problems.append(Problem(line, inner, "not {LABEL|text} or {id LABEL|text|…}"))
        return parts[1] if len(parts) > 1 else inner, None
    label, text = head["label"], parts[1]
    if label not in ENTITY_LABELS:
        problems.append(Problem(line, inner, f"unknown label {label}"))
        return text, None
    if not text or text != text.strip() or "\n" in text:
        problems.append(Problem(line, inner, "span empty, or with space at its edge"))
        return text, None
    mention = Mention(start, start + len(text), label, head["id"])
    return text, _Raw(mention, line, parts[2].split() if len(parts) == 3 else [])


def _fields(
    item: _Raw, index: int, ids: dict[str, int], problems: list[Problem]
) -> tuple[list[Link], tuple[str, ...]]:
    """Resolve the third field of a mention: its links and its flags."""
    links: list[Link] = []
    flags: list[str] = []
    for word in item.fields:
        label, colon, targets = word.partition(":")
        if word in FLAGS:
            flags.append(word)
        elif colon and label in LINK_HEADS:
            for target in targets.split(","):
                if target in ids:
                    links.append(Link(index, ids[target], label))
                else:
                    problems.append(Problem(item.line, word, "link to an unknown id"))
        else:
            problems.append(Problem(item.line, word, "unknown link or flag"))
    return links, tuple(flags)


def _check(annotated: Annotated, lines: list[int]) -> Iterable[Problem]:
    """Yield what is well formed but against the scheme."""
    text, mentions = annotated.text, annotated.mentions
    linked = {link.head for link in annotated.links}
    heads: dict[tuple[int, int], set[str]] = {}
    for link in annotated.links:
        figure, head = mentions[link.figure], mentions[link.head]
        where = (lines[link.figure], annotated.surface(figure))
        if figure.label not in FIGURE_LABELS:
            yield Problem(*where, f"a link from {figure.label}, which is no figure")
        elif head.label not in LINK_HEADS[link.label]:
            yield Problem(*where, f"{link.label} may not lead to {head.label}")
        elif "\n" in text[min(figure.end, head.end) : max(figure.start, head.start)]:
            yield Problem(*where, f"{link.label} leads out of the paragraph")
        if link.label == "PART_OF" and head.label != figure.label:
            yield Problem(*where, f"PART_OF from {figure.label} to {head.label}")
        heads.setdefault((link.figure, link.head), set()).add(link.label)
    for (index, _), labels in heads.items():
        if len(labels) > 1:
            where = (lines[index], annotated.surface(mentions[index]))
            yield Problem(*where, f"{' and '.join(sorted(labels))} to the same span")
    for index, flags in annotated.flags.items():
        where = (lines[index], annotated.surface(mentions[index]))
        if mentions[index].label not in FIGURE_LABELS:
            yield Problem(*where, "a flag on what is no figure")
        if len(set(flags) & set(CHANGES)) > 1 or len(set(flags)) < len(flags):
            yield Problem(*where, "flags contradict or repeat each other")
    for index, mention in enumerate(mentions):
        where = (lines[index], annotated.surface(mention))
        if mention.label in LINKED_LABELS and index not in linked:
            yield Problem(*where, f"{mention.label} that no figure links to")
        if mention.label in FIGURE_LABELS and not NUMERAL.search(where[1]):
            yield Problem(*where, f"{mention.label} without a numeral")


def render(annotated: Annotated) -> str:
    """Write the inline form; ``parse(render(a))[0] == a`` for what was parsed."""
    names = {
        index: mention.id or f"x{index}"
        for index, mention in enumerate(annotated.mentions)
    }
    out: list[str] = []
    done = 0
    for index, mention in enumerate(annotated.mentions):
        fields: dict[str, list[str]] = {}
        for link in annotated.links:
            if link.figure == index:
                fields.setdefault(link.label, []).append(names[link.head])
        third = [f"{label}:{','.join(heads)}" for label, heads in fields.items()]
        third += annotated.flags.get(index, ())
        linked = any(link.head == index for link in annotated.links)
        name = f"{names[index]} " if mention.id or third or linked else ""
        tail = f"|{' '.join(third)}" if third else ""
        out.append(annotated.text[done : mention.start])
        out.append(f"{{{name}{mention.label}|{annotated.surface(mention)}{tail}}}")
        done = mention.end
    out.append(annotated.text[done:])
    return "".join(out)
