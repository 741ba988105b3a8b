"""Changes: two levels and what lies between them.

A level with its growth as an amount and as a rate (增加3106.45万元，增长20.0%), from one
level to another (由9.8%降至5.4%，下降4.4个百分点), a level against a target (92.7%，距95%的
目标还差2.3个百分点). Growth that is not of the two numbers, at constant prices, on a
like-for-like basis or a yearly mean, is left alone.
"""

import re
from collections.abc import Iterator

from baoshu.equations import Equation
from baoshu.terms import Term, Terms, same_unit

_OTHER_BASIS = re.compile(
    r"同口径|可比|不变价|剔除|扣除|实际增|名义|年均|环比|折|平均增|平均每|每年"
)
_BASE = re.compile(r"比|较|与|同[期比]|上年|去年|环")
_PLANNED = re.compile(r"预算|目标|计划|任务|进度")
_FROM = re.compile(r"(?:由|从)[^由从,;。]*$")
_TO = re.compile(
    r"^[^,;。、]{0,8}(?:提高|增加|增长|上升|提升|扩大|扩充|扩展|发展|增|升|降|下降|减少|减|压减|压缩|缩短"
    r"|缩小|回落|攀升|猛增|调整|延伸|改善|优化|调|跌|涨)[^,;。、\d]{0,4}(?:到|至|为)[^,;。、]{0,14}$"
)
_AGAINST = re.compile(
    r"(?:比|较|距离?|离|高于|低于|高出|低出|超过|超出|超|多于|少于|快于|慢于|好于|与)[^,;。]*$"
)
_PAST = re.compile(r"上年|去年|前年|同期|[12]\d{3}年|年初|上月|季度|此前|原来")
_BY = re.compile(r"^[^,;。、]{0,14}$")
_VERB = re.compile(
    r"^[,(](?:共|净|累计)?(?:减少|增加|提高|下降|上升|压减|缩短|缩小|降低|增长|回落)了?$"
)
_LISTED = re.compile(r"[、和及与]")
_SAME_CLAUSE = re.compile(r"^[^,;。、\d]{0,12}$")
_NEXT_CLAUSE = re.compile(r"^[^;。、\d]{0,24}$")


def changes(terms: Terms) -> Iterator[Equation]:
    """Yield that the size of a change fits the levels it lies between."""
    for term in terms.all:
        if term.figure.upper is not None:
            continue
        yield from _growth(terms, term)
        yield from _from_to(terms, term)
        yield from _against(terms, term)


def _growth(terms: Terms, rate: Term) -> Iterator[Equation]:
    """A level, the amount and the rate of its change, the last two side by side."""
    figure = rate.figure
    if figure.change is None or figure.unit != "%" or figure.planned:
        return
    for amount in _beside(terms, rate):
        if amount.is_rate or amount.figure.change != figure.change:
            continue
        first, second = sorted((amount, rate), key=lambda t: t.index)
        if _BASE.search(terms.between(amount, rate)) or not _same(amount, rate):
            continue
        if _PLANNED.search(amount.lead) or _OTHER_BASIS.search(
            first.lead + second.lead
        ):
            continue
        level = _level_of(terms, first, amount)
        if level is not None:
            form = "rise by change" if figure.change == "up" else "fall by change"
            links = terms.sure(rate, level, amount)
            yield Equation(form, rate, (level, amount), "growth", links)


def _beside(terms: Terms, term: Term) -> list[Term]:
    places = (term.index - 1, term.index + 1)
    near = [terms.all[i] for i in places if 0 <= i < len(terms.all)]
    return [
        t
        for t in near
        if t.sentence == term.sentence
        and _SAME_CLAUSE.match(terms.between(t, term)[1:])
    ]


def _level_of(terms: Terms, first: Term, amount: Term) -> Term | None:
    """Return the level that changed: of the same thing, or the figure right before."""
    for term in terms.before(first):
        if term.sentence != first.sentence:
            return None
        level = term.is_level and not term.figure.planned
        if level and same_unit(term, amount) and _same(term, amount):
            return term
    return None


def _same(a: Term, b: Term) -> bool:
    """Whether two figures are of the same thing by their links."""
    return bool(a.names) and a.names == b.names


def _from_to(terms: Terms, to: Term) -> Iterator[Equation]:
    """From one level to another, and the change behind them."""
    before = next(terms.before(to), None)
    if before is None or to.index + 1 >= len(terms.all):
        return
    if not same_unit(before, to) or before.figure.change or to.figure.change:
        return
    if not _FROM.search(before.lead) or not _TO.match(terms.between(before, to)):
        return
    change = terms.all[to.index + 1]
    words = terms.between(to, change)
    if (
        change.sentence != to.sentence
        or not _NEXT_CLAUSE.match(words)
        or _AGAINST.search(words)
    ):
        return
    bare = _VERB.match(words) is not None
    if _OTHER_BASIS.search(words) or not (bare or _same(change, to)):
        return
    links = 1.0 if bare else terms.sure(change, to)
    yield from _sized(before, to, change, links)


def _sized(before: Term, to: Term, change: Term, links: float) -> Iterator[Equation]:
    figure = change.figure
    up = (to.figure.value or 0) >= (before.figure.value or 0)
    if (
        figure.unit == "%"
        and not to.is_rate
        and (figure.change or "幅" in change.words)
    ):
        form = "rise by levels" if up else "fall by levels"
        yield Equation(form, change, (before, to), "from to", links)
    elif (
        figure.unit == "×"
        and not figure.change
        and re.search(r"是|为|相当于", change.lead)
    ):
        yield Equation("multiple", change, (before, to), "from to", links)
    elif figure.change and _in_levels(change, to):
        pair = (to, before) if up else (before, to)
        yield Equation("difference", change, pair, "from to", links)


def _in_levels(change: Term, level: Term) -> bool:
    """Whether a change is counted as its levels are, or in points of their rate."""
    if change.figure.unit == "pp":
        return level.figure.unit in ("%", "‰")
    return not change.is_rate and same_unit(change, level)


def _against(terms: Terms, change: Term) -> Iterator[Equation]:
    """A level, what it is held against, and by how much the two differ."""
    if (
        change.figure.change is None
        and "差" not in change.lead
        and "缺" not in change.lead
    ):
        return
    if _LISTED.match(change.tail) or _LISTED.match(change.lead):
        return
    near = list(terms.before(change, 2))
    if len(near) < 2:
        return
    against, level = near
    if change.sentence != level.sentence or not same_unit(against, level):
        return
    if against.figure.change or level.figure.change:
        return
    words = terms.between(level, against)
    if not _AGAINST.search(words) or _FROM.search(words) or not _BY.match(change.lead):
        return
    if len(words) > 40 or _OTHER_BASIS.search(words):
        return
    up = (level.figure.value or 0) >= (against.figure.value or 0)
    if _in_levels(change, level):
        pair = (level, against) if up else (against, level)
        yield Equation("difference", change, pair, "against")
    elif change.figure.unit == "%" and not level.is_rate and _PAST.search(words):
        form = "rise by levels" if up else "fall by levels"
        yield Equation(form, change, (against, level), "against")
