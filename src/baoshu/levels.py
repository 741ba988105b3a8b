"""Which figures are levels that something has reached (达到X, 由X增至Y), which dates are of
several years (五年来, “十四五”时期).

By the scheme a level has no PERIOD from such a date, 这五年……达到X: it is that of the end.
Flows, averages and changes have.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from baoshu.chars import SENTENCE_ENDS, simplify
from baoshu.periods import resolve

_TO = "(?:到|至|为|成)"
_BECOMES = (
    "(?:[增升降缩扩]|增加|提高|提升|上升|攀升|跃升|升高|下降|缩小|缩短|收窄|压减|压缩|扩大|扩展|"
    f"拓展|发展|恢复|延伸|调整|优化|调优|变){_TO}"
)
_REACHES = re.compile(
    rf"(?:达到?|{_BECOMES}|(?:稳定|保持|维持)在|(?<!连)(?:突破|[跨迈越]过|[跨跃]上)|[由从])"
    "(?:[了近约超逾]|超过|将近|每人|每月)*$"
)
_FROM, _THEN = re.compile("[由从]"), re.compile(rf"[^，,；;。、\d]{{0,4}}?{_BECOMES}")
_FLOW = re.compile(
    "累计|年均|平均|合计|总计|每年|新增|完成|投入(?!强度)|投资|到位|支出"
)
_CLAUSE = re.compile(rf"[，,；;：:{SENTENCE_ENDS}\n]")
_ITEM = re.compile(r"[、和（(]")
_JOINS = re.compile(r"[、和及]+")
_REFERENCE = 2020  # any year will do to see how many a date spans
_YEAR = timedelta(days=366)


def levels(text: str, figures: Iterable[tuple[int, int]]) -> list[bool]:
    """Return whether the words say that each figure is a level reached.

    Args:
        figures: Start and end, characters, in text order.
    """
    text, last = simplify(text), 0
    out: list[bool] = []
    for start, end in figures:
        clause = _CLAUSE.split(text[max(0, start - 80) : start])[-1]
        listed = bool(_JOINS.match(text, last))  # 净增经营主体3万户、总量达到9万户
        own = _CLAUSE.split(text[last:start])[-1] if listed else clause
        if _FLOW.search(own):
            found = False
        elif out and _JOINS.fullmatch(text[last:start]):
            found = out[-1]
        else:
            becomes = _FROM.search(clause) and _THEN.match(text, end)
            found = bool(becomes or _REACHES.search(_ITEM.split(clause)[-1]))
        out.append(found)
        last = end
    return out


def of_several_years(text: str, start: int, end: int) -> bool:
    """Return whether a DATE lasts longer than a year: 五年, but not 三年 in 三年前."""
    days = resolve(text[start:end], _REFERENCE)
    if days is None or text[end : end + 1] in ("前", "内", "后"):
        return False
    return days.end - days.start > _YEAR
