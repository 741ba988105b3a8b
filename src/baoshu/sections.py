"""The headings of a report, and which of them a place stands under.

Reports number their sections 第一部分, 一、, （一）, 1., (1); a numbered heading may stand
on a line of its own or run into its paragraph, where it ends with the first sentence.
Inside a paragraph they count 一是, 二是; such a point lasts no longer than its paragraph.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

_NUMERALS = "一二三四五六七八九十百"
_NUMBERED = (
    re.compile(rf"\s*第[{_NUMERALS}\d]+(?:部分|章|篇|节|節)"),
    re.compile(rf"\s*[{_NUMERALS}]+[、．.]"),
    re.compile(rf"\s*[（(][{_NUMERALS}]+[)）]"),
    re.compile(r"\s*\d{1,2}(?:[、．]|\.(?!\d))"),
    re.compile(r"\s*(?:[（(]\d{1,2}[)）]|[①-⑳])"),
)
POINT = len(_NUMBERED)  # the level of 一是
_POINT = re.compile(
    rf"(?:^|(?<=[。；;：:，,！!？?\s]))[{_NUMERALS}]{{1,2}}是[^。；;，,：:！!？?\n]{{2,30}}",
    re.M,
)
_ENDS = re.compile(r"[。；;！!？?\n]")
_LONGEST = 60  # a numbered line with no sentence end before that is an item, no heading
_PARAGRAPH = 30  # a longer line is no name
# An unnumbered line that names.
_BARE = re.compile(r"(?!》|.*】\s*【)[^\d，,。；;：:！!？?、|（(]{4,24}(?<!《)")
_SIGNED = re.compile(r"(?:长|主席|主任|书记|总理|·)\s+\S+\s*$")  # 省长 王某
_OPEN = re.compile(r"[，,。；;：:！!？?].*[^。；;：:！!？?…”’）)】\s]\s*$")
_CONTINUES = re.compile(r"\s*[》”’）)】，,、。；;：:是]")


@dataclass(frozen=True)
class Heading:
    """``text[start:end]``; ``level`` 0 is 第一部分, 1 一、, 2 （一）, 3 1., 4 (1), 5 一是."""

    start: int
    end: int
    level: int


def headings(text: str) -> list[Heading]:
    """Return the headings of a text in order; a title on the first line is none."""
    found, start = [], 0
    lines = text.splitlines(keepends=True)
    above = ""
    for line, below in zip(lines, _following(lines), strict=True):
        level = numbered(line)
        if level is None and start and _names(line, above, below):
            level = 1
        end = _ENDS.search(line)
        length = end.start() if end else len(line)
        if level is not None and length <= _LONGEST:
            skip = len(line) - len(line.lstrip())
            found.append(Heading(start + skip, start + length, level))
        if start and line.strip():  # the title is not one of the lines in a row
            above = line
        start += len(line)
    found += (Heading(*point.span(), POINT) for point in _POINT.finditer(text))
    return sorted(found, key=lambda heading: heading.start)


def _following(lines: list[str]) -> list[str]:
    """Return for each line the next that has something on it."""
    out, below = [], ""
    for line in reversed(lines):
        out.append(below)
        if line.strip():
            below = line
    return out[::-1]


def _names(line: str, above: str, below: str) -> bool:
    """Whether an unnumbered line names what stands below it: a section or a paragraph.

    Lines in a row that could all be headings are a list, a table or a menu; a line
    inside a sentence is what is left of a link in a page.
    """
    if not _BARE.fullmatch(line.strip()) or _SIGNED.search(line):
        return False
    if _OPEN.search(above) or _CONTINUES.match(below):
        return False
    if numbered(below) is not None or len(below.strip()) > _PARAGRAPH:
        return True
    in_a_row = _BARE.fullmatch(above.strip())
    return not in_a_row and _ENDS.search(below.rstrip()) is not None


def numbered(line: str) -> int | None:
    """Return the level of the section number that a line starts with, if any."""
    return next((i for i, p in enumerate(_NUMBERED) if p.match(line)), None)


class Outline:
    """The headings of a text, to be asked for the path at a place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.headings = headings(text)
        self._starts = [heading.start for heading in self.headings]
        self._paths: list[tuple[Heading, ...]] = [()]
        for heading in self.headings:
            above = [h for h in self._paths[-1] if h.level < heading.level]
            self._paths.append((*above, heading))

    def path(self, place: int) -> tuple[Heading, ...]:
        """Return the headings over a character offset, outermost first."""
        path = self._paths[bisect_right(self._starts, place)]
        if not path or path[-1].level != POINT:
            return path
        line_end = self.text.find("\n", path[-1].start, place)
        return path if line_end < 0 else path[:-1]

    def above(self, place: int) -> str:
        """Return the title and the headings over a place, a line each."""
        title = self.text.strip().split("\n", 1)[0]
        path = (self.text[h.start : h.end] for h in self.path(place - 1))
        return "".join(f"{line.strip()}\n" for line in (title, *path))
