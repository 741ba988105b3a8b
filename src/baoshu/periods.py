"""When a date is, as an ISO 8601 interval: 上半年, 1—9月, 截至10月底, “十四五”期间.

A report leaves out its own year; its title gives it. In a section on another year, 全年
and 年底 are of that year, 今年 and 去年 are not; 同期 is the days named before it.
Compared: JioNLP's parse_time reads full dates, but not 11月, 1-9月, 目前 or the five-year
plans, which are the forms that reports use.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from baoshu.chars import simplify
from baoshu.numerals import number
from baoshu.sections import numbered

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})(?=年)"
)
_PLAN = re.compile(r"[“\"]?(十[一二三四五六]?)五[”\"]?")
_NUMERAL = r"(?:\d{1,2}|十?[一二三四五六七八九]|十[一二]?)"
_FROM_NOW = {
    "前年": -2, "去年": -1, "去岁": -1, "今年": 0, "本年": 0, "明年": 1, "下一年": 1,
    "新的一年": 1, "来年": 1,
}  # fmt: skip
_FROM_THERE = {
    "上年": -1, "上一年": -1, "当年": 0, "这一年": 0, "全年": 0, "年内": 0, "一年来": 0,
    "过去一年": 0, "过去的一年": 0, "次年": 1,
}  # fmt: skip
_RELATIVE = {**_FROM_NOW, **_FROM_THERE}
_RELATIVE_YEAR = re.compile("|".join(sorted(_RELATIVE, key=len, reverse=True)))
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NAMED = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d|[-_.]\d)")  # in the name of a file
_PUT_UP = re.compile(  # when a page was put up
    r"[（(\s]*(?:(?:发布|发表|更新|成文)?(?:时间|日期)|来源|浏览|阅读|\d{4}年\d+月\d+日\s*\d+[时:：])"
)
_GREETING = re.compile(r"\s*(?:各位|同志|尊敬)")
_MOST_LINES_OVER = 30
_FIRST_LINES = 6
_FREQUENCY = re.compile(r"每|日均|年均|月均|周均")
_IN_HEADING = re.compile(  # what is fixed without the words around the heading
    rf"\d{{4}}年?[-—–~至到]+\d{{4}}年|{_YEAR.pattern}年度?(?:[上下前]半年|底|末|前?第?[一二三四1-4]季度|"
    rf"{_NUMERAL}月?[-—–~至到]+{_NUMERAL}月|{_NUMERAL}月)?|{_PLAN.pattern}|{'|'.join(_FROM_NOW)}"
)
_BARE_YEARS = re.compile(r"(?:过去的?|近|这|前)?([两三四五六七八九十]|\d)年(?:来|间)?")


@dataclass(frozen=True)
class Interval:
    """Days from ``start`` to ``end``, both included; a single day is both."""

    start: date
    end: date

    def __str__(self) -> str:
        if self.start == self.end:
            return self.start.isoformat()
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def report_year(
    text: str, title: str = "", stated: str = "", name: str = ""
) -> int | None:
    """Return the year that a report is about, which it calls 今年.

    The first year in its title or, without one, on the lines over its first sentence;
    else the year in the name of its file; else the first in its first lines; else the
    year before that of its ISO date ``stated``, for a report appears in the year after.
    """
    lines = text.strip().split("\n", _MOST_LINES_OVER)
    for place in (title, *_over(lines)):
        found = _YEAR.search(_plain(place))
        if found:
            return _year(found.group())
    named = _NAMED.search(name)
    if named:
        return int(named.group())
    for place in (line for line in lines[:_FIRST_LINES] if not _PUT_UP.match(line)):
        found = _YEAR.search(_plain(place))
        if found:
            return _year(found.group())
    return int(stated[:4]) - 1 if re.match(r"\d{4}", stated) else None


def _over(lines: list[str]) -> Iterator[str]:
    """Yield the lines over the first section and sentence, but not when it was put up."""
    for line in lines[:_MOST_LINES_OVER]:
        sentence = line.rstrip().endswith(("。", "；"))
        if sentence or numbered(line) is not None or _GREETING.match(line):
            return
        if not _PUT_UP.match(line):
            yield line


def section_year(headings: Iterable[str], year: int | None) -> int | None:
    """Return the year that a place is about: that of the headings over it, or the report's.

    Args:
        headings: The innermost last.
        year: The report's own.
    """
    for heading in reversed([*headings]):
        text = _plain(heading)
        stated = {_year(found) for found in _YEAR.findall(text)}
        if len(stated) == 1:
            return stated.pop()
        relative = _RELATIVE_YEAR.search(text)
        if relative and not stated and year is not None:
            return year + _RELATIVE[relative.group()]
    return year


def section_intervals(headings: Iterable[str], year: int | None) -> list[Interval]:
    """Return the days that a section speaks of: those that its headings name.

    Args:
        headings: The innermost last; it counts first, and the next where it names none.
        year: The year that 今年 means; None where it is not known.
    """
    for heading in reversed([*headings]):
        named = (
            resolve(m.group(), year) for m in _IN_HEADING.finditer(_plain(heading))
        )
        found = [days for days in named if days is not None]
        if found:
            return found
    return []


def resolve(
    words: str,
    year: int | None,
    there: int | None = None,
    before: Interval | None = None,
) -> Interval | None:
    """Return the days that a DATE means.

    Args:
        words: As written.
        year: The year that 今年 means; None where it is not known.
        there: The year that 全年 and 年底 mean where they stand; by default the same.
        before: The days named before it, which 同期 takes up.

    Returns:
        None for what is no span of days (每月), is not fixed (近年) or has no year.
    """
    text = _plain(words)
    there = year if there is None else there
    try:
        found = _resolve(text, year, there)
        if before is not None and text.endswith("同期"):
            found = _same_days(before, found)
    except ValueError:  # 2月30日
        return None
    return found if found and found.start <= found.end else None


def _same_days(before: Interval, found: Interval | None) -> Interval:
    """Return the days of ``before`` in the year of ``found``, in its own without one."""
    back = before.end.year - found.end.year if found else 0
    start, end = (_years_back(day, back) for day in (before.start, before.end))
    return Interval(start, end)


def _years_back(day: date, years: int) -> date:
    last = calendar.monthrange(day.year - years, day.month)[1]
    whole = (
        day.day == calendar.monthrange(day.year, day.month)[1]
    )  # the end of February
    return date(day.year - years, day.month, last if whole else min(day.day, last))


def _resolve(text: str, year: int | None, there: int | None) -> Interval | None:
    if _FREQUENCY.search(text):
        return None
    plan = _PLAN.search(text)
    if plan:
        return _five_years(plan[1], text[plan.end() :])
    iso = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    if iso:
        day = date(*map(int, iso.groups()))
        return Interval(day, day)
    years = re.match(r"(\d{4})年?[-—–~至到]+(\d{4})年?", text)
    if years:
        return Interval(date(int(years[1]), 1, 1), date(int(years[2]), 12, 31))
    stated = _YEAR.search(text)
    relative = _RELATIVE_YEAR.search(text)
    if not (relative and relative.group() in _FROM_NOW):
        year = there
    if stated:
        year, text = _year(stated.group()), text[stated.end() :].lstrip("年度")
        if re.fullmatch(rf"({_NUMERAL}月.*)?[-—–~至到]+\d{{4}}年{_NUMERAL}月.*", text):
            return _across_years(year, text)
    if relative and year is not None and not stated:
        year += _RELATIVE[relative.group()]
        text = text[: relative.start()] + text[relative.end() :]
    if year is None:
        return None
    return _within(text, year, bool(stated or relative))


def _plain(words: str) -> str:
    text = simplify(unicodedata.normalize("NFKC", words))
    return re.sub(r"\s", "", text)


def _year(digits: str) -> int:
    return int(digits.translate(_DIGITS).replace("十", "1"))


def _five_years(ordinal: str, rest: str) -> Interval | None:
    """Return the years of 十四五: the tenth plan began in 2001, the fourteenth in 2021."""
    n = number(ordinal)
    if n is None:
        return None
    first = 2001 + 5 * (int(n) - 10)
    if rest.startswith(("末", "期末", "收官")):
        return Interval(date(first + 4, 12, 31), date(first + 4, 12, 31))
    if rest.startswith(("初", "开局")):
        return Interval(date(first, 1, 1), date(first, 12, 31))
    return Interval(date(first, 1, 1), date(first + 4, 12, 31))


def _across_years(year: int, text: str) -> Interval | None:
    """Read 2023年11月至2024年3月 behind its first year."""
    left, right = re.split(r"[-—–~至到]+(?=\d{4}年)", text, maxsplit=1)
    start, end = resolve(left or "全年", year), resolve(right, None)
    return Interval(start.start, end.end) if start and end else None


def _within(text: str, year: int, whole: bool) -> Interval | None:
    """Read what is left of a date inside its year."""
    text = re.sub(r"^(?:截至|截止|到|至|自|从)", "", text)
    months = re.match(rf"({_NUMERAL})月?(?:份)?[-—–~至到]+({_NUMERAL})月", text)
    if months and not re.search(r"\d[日号]", text):
        low, high = _numeral(months[1]), _numeral(months[2])
        return Interval(date(year, low, 1), _month_end(year, high))
    days = re.match(
        rf"({_NUMERAL})月({_NUMERAL})[日号]?[-—–~至到]+(?:({_NUMERAL})月)?({_NUMERAL}|\d\d)[日号]",
        text,
    )
    if days:
        first = date(year, _numeral(days[1]), _numeral(days[2]))
        month = _numeral(days[3]) if days[3] else first.month
        return Interval(first, date(year, month, _numeral(days[4])))
    day = re.match(
        rf"({_NUMERAL})月(\d{{1,2}}|[一二三]?十?[一二三四五六七八九]?)[日号]", text
    )
    if day and day[2]:
        there = date(year, _numeral(day[1]), _numeral(day[2]))
        return Interval(there, there)
    one = re.match(rf"({_NUMERAL})月(?:份)?(.*)", text)
    if one:
        return _in_month(year, _numeral(one[1]), one[2])
    return _named(text, year, whole)


def _in_month(year: int, month: int, rest: str) -> Interval:
    last = _month_end(year, month)
    parts = {
        "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, last.day), "初": (1, 10),
        "底": (last.day, last.day), "末": (last.day, last.day),
    }  # fmt: skip
    first, end = next(
        (p for word, p in parts.items() if rest.startswith(word)), (1, last.day)
    )
    return Interval(date(year, month, first), date(year, month, end))


def _named(text: str, year: int, whole: bool) -> Interval | None:
    """Read halves, quarters, and the start or the end of a year."""
    quarter = re.match(r"(前)?第?([一二三四1-4])季度", text)
    if quarter:
        n = _QUARTERS[quarter[2]]
        first = 1 if quarter[1] else 3 * n - 2
        return Interval(date(year, first, 1), _month_end(year, 3 * n))
    if re.match(r"三、?四季度", text):
        return Interval(date(year, 7, 1), date(year, 12, 31))
    if text.startswith(("上半年", "前半年")):
        return Interval(date(year, 1, 1), date(year, 6, 30))
    if text.startswith("下半年"):
        return Interval(date(year, 7, 1), date(year, 12, 31))
    if text.startswith(("年底", "年末", "年终", "底", "末")):
        return Interval(date(year, 12, 31), date(year, 12, 31))
    if text.startswith(("年初", "初")):
        return Interval(date(year, 1, 1), date(year, 1, 1))
    several = _BARE_YEARS.fullmatch(text)
    if several and not whole:
        n = int(number(several[1]) or 1)
        return Interval(date(year - n + 1, 1, 1), date(year, 12, 31))
    if whole and text in ("", "度", "年", "来", "同期", "期间", "以来"):
        return Interval(date(year, 1, 1), date(year, 12, 31))
    return None


def _numeral(text: str) -> int:
    value = number(text)
    if value is None:
        raise ValueError(text)
    return int(value)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
