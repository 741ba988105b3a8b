"""Parts and totals: which figures are parts of which, and whether they are all of it.

That a figure is a part comes from the bracket behind a figure and from the PART_OF
links. That the parts listed are all there are is said by 合计 behind them, by 其余 with
the last, by 按…分 before them, and by what they are (divisions.json: 男 and 女, 税收 and
非税); 其中 and brackets do not say it. There a list that misses its total counts as a
contradiction only where one slip of the pen in one figure would mend it, and chance
would bring that about seldom.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources

from baoshu.equations import Equation
from baoshu.intervals import Interval
from baoshu.slips import by_chance, meant
from baoshu.terms import Term, Terms, same_unit

_TOTALLED = re.compile(r"(?:合计|共计|总计|共|累计)[^,;。]{0,6}$")
_REST = re.compile(r"其余|余下|剩余|剩下|另外|其他(?!感染)|其它|尚有|尚未")
_DIVIDED = re.compile(r"(?:按|从|分)[^,。;]{1,10}(?:分|看|划分|来看)|包括|组成|由")
# 拿出1200万元，用于甲、乙、丙改扩建，分别安排: what is handed out is all of it.
_SHARED = re.compile(r"^(?!.*(?:其中|中,)).*(?:分别|依次)")
_FOREMOST = re.compile(
    r"前[两几\d一二三四五六七八九十]+[位名类种项个]|居[前首]|最[多高大]|主要"
)
_OPEN = re.compile(r"其余|余下|其他|其它|等")
_EVERY = re.compile(r"(?:均|每|各)[^,;。]{0,6}$")  # 均突破10万元 is no total
_PER = re.compile(r"每[百千万]?[人户][^,;。]{0,4}$")  # 每千人6.6批次
_EACH = re.compile(r"各[^各]{0,4}$")
_NAMES = re.compile(r"[、和及与]|以及")
_SECOND = re.compile(r"(?:按|从|分)[^,。;]{1,10}(?:分|看|划分)")
# In brackets behind a figure, but not a part of it.
_APART = re.compile(r"目标|计划|任务|上年|去年|同期|原|折|约合|不含|另有|外加")
_SENTENCE_END = re.compile(r"[。!?]|\d")
SELDOM = 0.05  # the share of gaps that one slip may explain by chance
MOST = 40  # parts of a total among which divisions are looked for


def sums(terms: Terms) -> Iterator[Equation]:
    """Yield that parts are their total, or no more than it."""
    parts: dict[Term, list[Term]] = {}
    for term in terms.all:
        total = _total(terms, term)
        if total is not None and _is_part(term, total):
            parts.setdefault(total, []).append(term)
    for total, members in parts.items():
        for run in _divisions(terms, total, members):
            yield from _equations(terms, total, run)


def _total(terms: Terms, part: Term) -> Term | None:
    """Return what a figure is part of: what its bracket stands behind, or by link.

    A part is linked to its nearest total alone, so of several links the shortest counts.
    """
    if part.holder is not None and same_unit(part, part.holder):
        return None if _APART.search(part.lead) else part.holder
    linked = [t for span in part.figure.part_of if (t := terms.at(span)) is not None]
    return min(linked, key=lambda t: abs(t.index - part.index), default=None)


def _is_part(part: Term, total: Term) -> bool:
    return (
        same_unit(part, total)
        and part.figure.planned == total.figure.planned
        and part.figure.change == total.figure.change
        and not part.is_rate
        and (part.is_mean or not total.is_mean)
        and not (total.figure.bound and _EVERY.search(total.lead))
        and not _PER.search(total.lead)
    )


def _equations(terms: Terms, total: Term, run: Sequence[Term]) -> Iterator[Equation]:
    links = _links(terms, total, run)
    for part in run:
        yield Equation("parts", total, (part,), "part", _links(terms, total, [part]))
    times = tuple(_times(part) for part in run)
    if len(run) < 2 or 0 in times:
        return
    way = _closed(terms, total, run)
    gap = _sum(run, times) - (total.figure.value or 0)
    whole = _fills(total, run, times)
    slipped = not way and not whole and _slipped(total, run, gap)
    if slipped and (_open(terms, total, run) or _stranger(terms, total, run)):
        slipped = False
    if way or whole or slipped:
        yield Equation("total", total, tuple(run), way or "listed", links, times)
    elif _disjoint(run):
        yield Equation("parts", total, tuple(run), "among", links, times)


def _links(terms: Terms, total: Term, run: Sequence[Term]) -> float:
    product = 1.0
    for part in run:
        product *= terms.score(part, total.span)
    return product


def _sum(run: Sequence[Term], times: Sequence[int]) -> Decimal:
    values = (part.figure.value or Decimal(0) for part in run)
    return sum((v * n for v, n in zip(values, times, strict=True)), Decimal(0))


def _fills(total: Term, run: Sequence[Term], times: Sequence[int]) -> bool:
    low, high = (
        sum((end * n for end, n in zip(ends, times, strict=True)), Decimal(0))
        for ends in (
            [part.interval.low for part in run],
            [part.interval.high for part in run],
        )
    )
    return Interval(low, high).meets(total.interval)


def _slack(total: Term, run: Sequence[Term]) -> Decimal:
    widths = ((t.interval.high - t.interval.low) / 2 for t in (total, *run))
    return sum(widths, Decimal(0))


def _times(part: Term) -> int:
    """Return how many things share a figure (甲和乙各1所); 0 where it is not told."""
    if not _EACH.search(part.lead):
        return 1
    names = part.figure.measures or part.figure.scopes
    if len(names) > 1:
        return len(names)
    found = len(_NAMES.findall(names[0].text)) + 1 if names else 0
    return found if found > 1 else 0


def _closed(terms: Terms, total: Term, run: Sequence[Term]) -> str:
    """Return the way in which the words say that the parts are all; "" if they do not."""
    if _open(terms, total, run) or _stranger(terms, total, run):
        return ""
    if total.index > run[-1].index and _TOTALLED.search(total.lead):
        return "totalled"
    if _REST.search(run[-1].words) and run[-1].index > total.index:
        return "rest"
    if total.index < run[0].index and _DIVIDED.search(terms.between(total, run[0])):
        return "divided"
    between = terms.between(total, run[0])
    if total.index < run[0].index and _SHARED.search(between):
        return "shared out"
    return "kinds" if _kinds(run) else ""


def _kinds(run: Sequence[Term]) -> bool:
    """Whether the parts are all the kinds there are: 公立 and 民营, 税收 and 非税."""
    return any(
        len(kinds) == len(run)
        and any(
            all(kind.search(part.words) for kind, part in zip(order, run, strict=True))
            for order in (kinds, kinds[::-1])
        )
        for kinds in _known_kinds()
    )


@cache
def _known_kinds() -> list[list[re.Pattern[str]]]:
    text = resources.files("baoshu").joinpath("divisions.json").read_text("utf8")
    return [
        [re.compile(word) for word in kinds]
        for group in json.loads(text).values()
        for kinds in group
    ]


def _open(terms: Terms, total: Term, run: Sequence[Term]) -> bool:
    """Whether the words say that there is more: 居前三位的, 其余由县级配套 behind."""
    first = run[0]
    beside = total.index < first.index and total.sentence == first.sentence
    if _FOREMOST.search(terms.between(total, first) if beside else first.lead):
        return True
    end = run[-1].span.end_char
    return bool(_OPEN.search(_SENTENCE_END.split(terms.text[end : end + 12])[0]))


def _stranger(terms: Terms, total: Term, run: Sequence[Term]) -> bool:
    """Whether a figure among the parts counts the same and belongs to none of them.

    It may be a part whose link was missed, so those between the total and the parts are
    looked at too, in the sentence of the parts.
    """
    members = {None, total, *run}
    first, last = min(total.index, run[0].index), max(total.index, run[-1].index)
    return any(
        term not in members
        and term.is_level
        and same_unit(term, total)
        and not term.figure.part_of
        and (term.holder is None or term.holder not in members)
        and term.sentence in (run[0].sentence, run[-1].sentence)
        for term in terms.all[first:last]
    )


def _disjoint(run: Sequence[Term]) -> bool:
    """Whether the parts are kinds of thing side by side: 甲2家、乙9家.

    Counts that a comma parts may be of the same things (卫生技术人员2893人，博士386人), those
    with an indicator be stages that follow each other (开工31个、竣工5个).
    """
    if run[0].figure.label != "COUNT":
        return True
    return not any(
        part.figure.indicators or "," in part.lead or "分别" in part.lead
        for part in run[1:]
    )


def _slipped(total: Term, run: Sequence[Term], gap: Decimal) -> bool:
    """Whether one slip in one figure would explain the gap, and chance would not."""
    if any(t.figure.approximate or t.figure.bound for t in (total, *run)):
        return False
    slack = _slack(total, run)
    steps = [(total, gap), *((part, -gap) for part in run)]
    explained = any(
        abs(value - (term.figure.value or 0) - by) <= slack
        for term, by in steps
        for value in meant(term)
    )
    return explained and by_chance([total, *run], slack) <= SELDOM


def _divisions(terms: Terms, total: Term, parts: list[Term]) -> Iterator[list[Term]]:
    """Yield the runs of parts that divide a total, once by kind and once by place.

    A run that fills it is set aside, and what stands before and behind looked at by
    itself; where none does, a new sentence or 按…分 begins the next.
    """
    if len(parts) > MOST or not total.figure.value:
        yield parts
        return
    for length in range(len(parts), 1, -1):
        for low in range(len(parts) - length + 1):
            run = parts[low : low + length]
            if _fills(total, run, [1] * length):
                yield run
                for rest in (parts[:low], parts[low + length :]):
                    if rest:
                        yield from _divisions(terms, total, rest)
                return
    start = 0
    for i in range(1, len(parts)):
        words = terms.between(parts[i - 1], parts[i])
        new = parts[i].sentence != parts[i - 1].sentence or _SECOND.search(words)
        if new and _sum(parts, [1] * len(parts)) > total.figure.value:
            yield parts[start:i]
            start = i
    yield parts[start:]
