"""Figures as equations use them: how exact, what stands around them, who is in reach.

What a figure may stand in an equation with is looked for among the `REACH` figures
before it in its paragraph, among the parts that link to it and, for what a report
states once for all (its population), under one key of the document. So the time grows
with the number of figures, and a paragraph of 50,000 of them costs no more each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Doc, Span

from baoshu.chars import plain
from baoshu.figures import Figure
from baoshu.intervals import Interval, Stated, stated

REACH = 12
_SENTENCE = re.compile(r"[。!?;；！？\n]")
_STOP = re.compile(r"[。!?！？\n]")
_CLAUSE = re.compile(r"[,;:。!?]")
# Words for how a figure compares, which do not name a thing.
_COMPARING = frozenset(
    ["占", "占比", "比重", "比例", "增幅", "降幅", "减幅", "涨幅", "增速"]
)
_MEAN = re.compile(r"[年月日周季人户例次]均(?!衡)|平均")
# Counting words that may count the same things.
_FAMILIES = ("人名位口", "个家所处座", "项个", "件起宗", "套户")


@dataclass(frozen=True, eq=False)
class Term:
    """A figure with a value.

    Attributes:
        figure: The figure.
        stated: What its words leave open.
        index: Its number among the terms of its document.
        paragraph: The number of its paragraph.
        sentence: The number of its sentence.
        lead: The words since the figure before it in its sentence, half-width and
            simplified.
        tail: The words behind it to the end of its clause or the next figure.
        certain: How sure it is that the figure is read off whole.
        holder: The figure right behind which the bracket opens that it stands in.
    """

    figure: Figure
    stated: Stated
    index: int
    paragraph: int
    sentence: int
    lead: str
    tail: str
    certain: float = 1.0
    holder: "Term | None" = None

    @property
    def span(self) -> Span:
        return self.figure.span

    @property
    def interval(self) -> Interval:
        return self.stated.interval

    @cached_property
    def heads(self) -> frozenset[tuple[int, int]]:
        """Where the indicators and the measured things stand that it links to."""
        return frozenset(
            (s.start_char, s.end_char)
            for s in (*self.figure.indicators, *self.figure.measures)
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of its indicators and measured things, but for 占, 增幅."""
        spans = (*self.figure.indicators, *self.figure.measures)
        words = ("".join(map(plain, s.text)) for s in spans)
        return frozenset(word for word in words if word not in _COMPARING)

    @cached_property
    def words(self) -> str:
        """What names it: its indicators and measured things, and the words before."""
        named = (*self.figure.measures, *self.figure.indicators)
        return "|".join([*("".join(map(plain, s.text)) for s in named), self.lead])

    @cached_property
    def indicator(self) -> str:
        return "".join("".join(map(plain, s.text)) for s in self.figure.indicators)

    @property
    def is_rate(self) -> bool:
        return self.figure.label == "RATE"

    @property
    def is_level(self) -> bool:
        """Neither a rate nor the size of a change."""
        return not self.is_rate and self.figure.change is None

    @property
    def is_mean(self) -> bool:
        """An average (年均, 人均): no total, and no change between two levels."""
        return _MEAN.search(self.words) is not None


class Terms:
    """The terms of a document and who is near whom."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.lines = doc.text  # as it is, with the line ends that `plain` folds away
        self.text = "".join(map(plain, self.lines))
        figures = doc._.figures
        self.all: list[Term] = []
        self._at: dict[tuple[int, int], Term] = {}
        self._scores = {
            (a, b, c, d): score for a, b, c, d, _, score in doc._.links
        }  # of PART_OF and the others alike: one pair has one link
        self._certain = {  # a gold Doc has none
            (ent.start_char, ent.end_char): score
            for ent, score in zip(doc.ents, doc._.ent_scores, strict=False)
        }
        self._brackets: list[Term | None] = []
        paragraph = sentence = end = 0
        for i, figure in enumerate(figures):
            start = figure.span.start_char
            gap = self.lines[end:start]
            paragraph += "\n" in gap
            sentence += bool(_STOP.search(gap))
            self._open_and_close(end, start)
            follows = figures[i + 1].span.start_char if i + 1 < len(figures) else None
            self._add(figure, paragraph, sentence, end, follows)
            end = figure.span.end_char

    def _open_and_close(self, end: int, start: int) -> None:
        """Follow the brackets between two figures; none reaches over a line end."""
        for i in range(end, start):
            if self.lines[i] == "\n":
                self._brackets.clear()
            elif self.text[i] in "([〔【":
                right_behind = self.all and self.all[-1].span.end_char == i
                self._brackets.append(self.all[-1] if right_behind else None)
            elif self.text[i] in ")]〕】" and self._brackets:
                self._brackets.pop()

    def _add(
        self,
        figure: Figure,
        paragraph: int,
        sentence: int,
        end: int,
        follows: int | None,
    ) -> None:
        exact = stated(figure, self.text)
        if exact is None:
            return
        start, stop = figure.span.start_char, figure.span.end_char
        low = max(end, start - 80)
        lead = _STOP.split(self.lines[low:start])[-1]
        tail = self.text[
            stop : stop + 40 if follows is None else min(follows, stop + 40)
        ]
        term = Term(
            figure,
            exact,
            len(self.all),
            paragraph,
            sentence,
            self.text[start - len(lead) : start],
            _CLAUSE.split(tail)[0],
            self._certain.get((start, stop), 1.0),
            self._brackets[-1] if self._brackets else None,
        )
        self.all.append(term)
        self._at[start, stop] = term

    def at(self, span: Span) -> Term | None:
        return self._at.get((span.start_char, span.end_char))

    def before(self, term: Term, reach: int = REACH) -> Iterator[Term]:
        """Yield the terms before one in its paragraph, the nearest first."""
        for i in range(term.index - 1, max(-1, term.index - 1 - reach), -1):
            if self.all[i].paragraph != term.paragraph:
                return
            yield self.all[i]

    def between(self, a: Term, b: Term) -> str:
        """Return the words between two terms."""
        first, second = (a, b) if a.index < b.index else (b, a)
        return self.text[first.span.end_char : second.span.start_char]

    def totals(self, part: Term) -> Iterator[tuple[Term, float]]:
        """Yield what a figure is part of, what that is part of, and how sure it is."""
        sure = 1.0
        seen = {part}
        while part.figure.part_of:
            span = part.figure.part_of[0]
            total = self.at(span)
            if total is None or total in seen:
                return
            sure *= self.score(part, span)
            yield total, sure
            seen.add(total)
            part = total

    def score(self, term: Term, head: Span) -> float:
        """Return how sure the linker is of a link."""
        where = (term.span.start_char, term.span.end_char)
        return self._scores.get((*where, head.start_char, head.end_char), 1.0)

    def sure(self, *terms: Term, all_links: bool = False) -> float:
        """Return how sure the linker is of what figures are of.

        Args:
            terms: The figures.
            all_links: Scopes and periods count too, not indicators and things alone.
        """
        product = 1.0
        for term in terms:
            figure = term.figure
            heads = (*figure.indicators, *figure.measures)
            if all_links:
                heads += (*figure.scopes, *figure.periods)
            for head in heads:
                product *= self.score(term, head)
        return product


def same_unit(a: Term, b: Term) -> bool:
    """Whether two figures count in one unit, or in words for the same things."""
    one, other = a.figure.unit, b.figure.unit
    if one == other:
        return one is not None or a.figure.label == b.figure.label
    return any(
        one and other and one in family and other in family for family in _FAMILIES
    )
