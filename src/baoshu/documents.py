"""What reading a file gives: its text, what is known of it, its pages and paragraphs."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from baoshu.sections import Outline


@dataclass(frozen=True)
class Paragraph:
    """A line of a document with something on it.

    Attributes:
        text: ``document.text[start:end]``.
        start: Character offset in the text of the document.
        end: Offset behind it.
        page: Number of its page, from 1; None where the file has no pages.
        section: The headings over it, outermost first.
    """

    text: str
    start: int
    end: int
    page: int | None
    section: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A report as text. Every offset, here and in facts, is one into ``text``.

    Attributes:
        text: The text; of html, docx and pdf what a reader would read of it.
        name: File name, "-" for standard input.
        title: As the file states it, "" where it does not.
        date: ISO 8601, as the file states it.
        publisher: As the file states it.
        pages: Where each page starts in ``text``; empty where there are none.
        pictures: The pages, from 1, that are a picture without text: not read.
    """

    text: str
    name: str = ""
    title: str = ""
    date: str = ""
    publisher: str = ""
    pages: tuple[int, ...] = ()
    pictures: tuple[int, ...] = ()

    @cached_property
    def outline(self) -> Outline:
        return Outline(self.text)

    def page(self, place: int) -> int | None:
        """Return the page, from 1, that a character offset is on."""
        return bisect_right(self.pages, place) if self.pages else None

    def section(self, place: int) -> tuple[str, ...]:
        """Return the headings over a character offset, outermost first."""
        return tuple(self.text[h.start : h.end] for h in self.outline.path(place))

    def headings(self, place: int) -> tuple[str, ...]:
        """Return those of its headings that are lines of their own, outermost first."""
        return tuple(
            self.text[h.start : h.end]
            for h in self.outline.path(place)
            if self.text[h.end : h.end + 1] in ("", "\n", "\r")
        )

    def paragraphs(self) -> Iterator[Paragraph]:
        start = 0
        for line in self.text.splitlines(keepends=True):
            text = line.strip()
            if text:
                at = start + line.index(text)
                end = at + len(text)
                yield Paragraph(text, at, end, self.page(at), self.section(at))
            start += len(line)
