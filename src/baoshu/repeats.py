"""The same figure given twice, and figures that cannot be.

Two figures are the same where indicator, thing measured, scope, period and unit are;
我市 is the city that the report names. Without a period only what lasts is compared, the
总投资 or 建筑面积 of a project. In one paragraph a second value is mostly another thing
(最短的67天，最长的214天), so only different paragraphs are compared, and documents.
"""

import re
from collections.abc import Hashable, Iterator, Sequence

from spacy.tokens import Span

from baoshu.chars import plain
from baoshu.equations import Equation
from baoshu.periods import report_year, resolve
from baoshu.standins import stand_ins
from baoshu.terms import Term, Terms

_NAMES = ("ORG", "LOC", "PROJECT")
_LASTING = re.compile(r"总投资|概算|建筑面积|占地面积|全长|总长|设计|编制|规模")
_OTHER_TIME = re.compile(
    r"(?:由|从|原|上年|去年|同期|此前|比|较|目标|计划|要求)[^,;。]*$"
)
# Rates that a whole cannot pass; those of what was done to what was planned can, and
# those of one stock to another (拨备覆盖率, 毛入学率, 床位使用率).
_SHARES = re.compile(
    r"占比|比重|普及率|参保率|参合率|合格率|达标率|满意[率度]|知晓率|建档率|签约率|整改率|"
    r"办结率|结案率|及时率|治愈率|检出率|阳性率|就诊率|管理率|接种率|通过率|就业率|上线率|"
    r"城镇化率|优良率|死亡率|巩固率|(?<!毛)入学率|(?<!拨备)覆盖率|出勤率|成功率|分娩率|筛查率"
)
# 接种率91.6%，完成年度目标的107.8%: of a goal, which may be passed.
_OF_GOAL = re.compile(r"完成|(?:目标|任务|计划|预算)[数额值]?的?$")


def repeats(reports: Sequence[Terms]) -> Iterator[Equation]:
    """Yield that what is given twice is one value, each against the first."""
    first: dict[Hashable, tuple[Term, float]] = {}
    for number, terms in enumerate(reports):
        named = stand_ins(terms.doc)
        year = report_year(terms.doc._.above or terms.lines)
        for term in terms.all:
            key = _key(term, named, year, number)
            if key is None:
                continue
            sure = terms.sure(term, all_links=True)
            before, sure_before = first.setdefault(key, (term, sure))
            if (
                before.span.doc is not term.span.doc
                or before.paragraph != term.paragraph
            ):
                yield Equation("repeat", term, (before,), "repeat", sure * sure_before)


def _key(
    term: Term, named: dict[tuple[int, int], Span], year: int | None, number: int
) -> Hashable | None:
    """Return what makes a figure the same as another; None where it is not told."""
    figure = term.figure
    if figure.change or figure.planned or not figure.indicators or figure.part_of:
        return None
    if _OTHER_TIME.search(term.lead):
        return None
    things = frozenset(_name(s, named) for s in (*figure.measures, *figure.scopes))
    times = frozenset(str(resolve(s.text, year)) for s in figure.periods)
    indicators = frozenset("".join(map(plain, s.text)) for s in figure.indicators)
    projects = [s for s in figure.measures if s.label_ == "PROJECT"]
    lasting = projects and any(_LASTING.search(name) for name in indicators)
    if "None" in times or not (times or lasting):
        return None
    whole = any(
        (s.label_ in _NAMES and (s.start_char, s.end_char) in named) or _own(s)
        for s in (*figure.measures, *figure.scopes)
    )
    where = -1 if whole else number  # what has no name is the same in one report only
    return where, figure.label, figure.unit, indicators, things, times


def _name(span: Span, named: dict[tuple[int, int], Span]) -> str:
    head = named.get((span.start_char, span.end_char), span)
    return "".join(map(plain, head.text))


def _own(span: Span) -> bool:
    """Whether a body is called by a name that is its own: 汀渚县, not 全县."""
    return (
        span.label_ in _NAMES and len(span.text) > 2 and span.text[0] not in "我本全该"
    )


def bounds(terms: Terms) -> Iterator[Equation]:
    """Yield that a rate is no more than the whole and a count not below nothing."""
    for term in terms.all:
        figure = term.figure
        if figure.unit == "%" and _whole_at_most(term):
            yield Equation("limit", term, (), "limit")
        elif figure.label == "COUNT" and figure.value is not None and figure.value < 0:
            yield Equation("negative", term, (), "limit")


def _whole_at_most(term: Term) -> bool:
    if term.figure.change:
        return term.figure.change == "down"
    name = term.indicator or term.lead
    of_goal = _OF_GOAL.search(name) or _OF_GOAL.search(term.lead)
    return bool(_SHARES.search(name)) and not of_goal
