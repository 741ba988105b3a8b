"""When a date is, as an ISO 8601 interval: 上半年, 1—9月, 截至10月底, “十四五”期间.

A report leaves out its own year; what stands in title, headings or text before gives it.
Compared: JioNLP's parse_time reads full dates, but not 11月, 1-9月, 目前 or the five-year
plans, which are the forms that reports use.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from baoshu.chars import simplified
from baoshu.numerals import number

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})(?=年)"
)
_PLAN = re.compile(r"[“\"]?(十[一二三四五六]?)五[”\"]?")
_NUMERAL = r"(?:\d{1,2}|十?[一二三四五六七八九]|十[一二]?)"
_RELATIVE = {
    "前年": -2, "去年": -1, "上年": -1, "上一年": -1, "去岁": -1, "今年": 0, "本年": 0,
    "当年": 0, "这一年": 0, "全年": 0, "年内": 0, "一年来": 0, "过去一年": 0,
    "过去的一年": 0, "明年": 1, "下一年": 1, "次年": 1, "新的一年": 1, "来年": 1,
}  # fmt: skip
_RELATIVE_YEAR = re.compile("|".join(sorted(_RELATIVE, key=len, reverse=True)))
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_FREQUENCY = re.compile(r"每|日均|年均|月均|周均")
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


def report_year(text: str, title: str = "", stated: str = "") -> int | None:
    """Return the year that a report is about.

    The first year in its title or, without one, in its first lines; else the year
    before that of its ISO date ``stated``, for a report appears in the year after.
    """
    for place in (title, *text.strip().split("\n", 6)[:6]):
        found = _YEAR.search(_plain(place))
        if found:
            return _year(found.group())
    return int(stated[:4]) - 1 if re.match(r"\d{4}", stated) else None


def resolve(words: str, year: int | None) -> Interval | None:
    """Return the days that a DATE means.

    Args:
        words: As written.
        year: The year that 今年 means where they stand; None where it is not known.

    Returns:
        None for what is no span of days (每月), is not fixed (近年) or has no year.
    """
    try:
        found = _resolve(_plain(words), year)
    except ValueError:  # 2月30日
        return None
    return found if found and found.start <= found.end else None


def _resolve(text: str, year: int | None) -> Interval | None:
    if _FREQUENCY.search(text):
        return None
    plan = _PLAN.search(text)
    if plan:
        return _five_years(plan[1], text[plan.end() :])
    iso = re.match(r"(\d{4})-(\d\d)-(\d\d)", text)
    if iso:
        there = date(*map(int, iso.groups()))
        return Interval(there, there)
    years = re.match(r"(\d{4})年?[-—–~至到]+(\d{4})年?", text)
    if years:
        return Interval(date(int(years[1]), 1, 1), date(int(years[2]), 12, 31))
    stated = _YEAR.search(text)
    if stated:
        year, text = _year(stated.group()), text[stated.end() :].lstrip("年度")
        if re.fullmatch(rf"({_NUMERAL}月.*)?[-—–~至到]+\d{{4}}年{_NUMERAL}月.*", text):
            return _across_years(year, text)
    relative = _RELATIVE_YEAR.search(text)
    if relative and year is not None and not stated:
        year += _RELATIVE[relative.group()]
        text = text[: relative.start()] + text[relative.end() :]
    if year is None:
        return None
    return _within(text, year, bool(stated or relative))


def _plain(words: str) -> str:
    text = "".join(map(simplified, unicodedata.normalize("NFKC", words)))
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
