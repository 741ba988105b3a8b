"""From the words of a figure to value and unit.

`parse_figure` is pure: text and offsets in, a `Quantity` out, Decimal throughout, and
no exception on any string: what cannot be read has no value. docs/values.md says who
else reads which form right: cn2an, JioNLP, Recognizers-Text.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

from baoshu import wording
from baoshu.chars import simplify
from baoshu.numerals import CHINESE, number, read_amount
from baoshu.units import known_words, unit_code, unit_word

_RANGE = re.compile(r"(?<=[^-–—~～至到])[-–—~～至到]+(?=[^-–—~～至到])")
_PARTS_OF = {"百": "%", "千": "‰", "万": "‱", "十万": "/10万", "百万": "/100万"}
_CLAUSE = re.compile(r"[，,。；;！!？?\n（(）)：:]")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
# Two units of time in a row: 2年零4个月, 1小时20分钟.
_TIMES = re.compile(
    rf"(?P<high>{_NUMBER}|[{CHINESE}]+)(?P<unit>年|个?小时|天|个?月|分钟?)零?又?"
    rf"(?P<low>{_NUMBER}|[{CHINESE}]+)(?P<below>个月|分钟?|个?小时|天|秒)"
)
_SHARE = re.compile(r"([十百]?[百千万])分之(.+)")
_FRACTION = re.compile(rf"([{CHINESE}\d]+)分之([{CHINESE}\d]+)")
_RATIO = re.compile(rf"({_NUMBER})[:比/]({_NUMBER})")
_RATIOS = re.compile(rf"{_NUMBER}(?:[:比]{_NUMBER})+")
_TENTHS = re.compile(r"([一二两三四五六七八九半])成([一二三四五六七八九半]?)")
_VAGUE_COUNT = re.compile(r"^个[多余](?=月|星期|小时)")
_AND_A_HALF = re.compile(r"个?半(?=[年月天小])")
_IN = {("a", "mo"): 12, ("h", "min"): 60, ("d", "h"): 24, ("min", "s"): 60}
_COINS = re.compile(
    rf"(?P<whole>.+[元圆块])零?(?:(?P<tenth>[\d{CHINESE}])角)?"
    rf"(?:零?(?P<hundredth>[\d{CHINESE}])分)?整?"
)
# 千分点 and 基点 in percentage points, 成 in per cent.
_IN_POINTS = {"个千分点": 10, "千分点": 10, "个基点": 100, "基点": 100}
_SIGNS = {
    "¥": "CNY", "人民币": "CNY", "RMB": "CNY", "US$": "USD", "HK$": "HKD", "$": "USD",
    "€": "EUR", "£": "GBP",
}  # fmt: skip
_CURRENCY = re.compile(rf"(?:{'|'.join(map(re.escape, _SIGNS))})$")
_BELOW_ZERO = re.compile(r"零下$")
_LEAD = re.compile(
    rf"(?:零下|翻|{wording.HEDGES}|{'|'.join(map(re.escape, _SIGNS))})+(?=.*[\d{CHINESE}])"
)
_TAIL = re.compile(r"(?:左右|上下|(?:及?以)[上下内])$")
_MORE = re.compile(
    rf"(?:、|和|及|以及|与)(?:(?:{_NUMBER})[万亿]?(?:、|和|及|以及|与))*(?:{_NUMBER})"
    r"(?P<unit>[^\d、，。；和及与]{1,8})"
)
_COUNTING = "人次 人份 剂次 户次 家次 批次 个 名 人 家 户 件 次 例 台 套 张 所 项 条 份 只 头 起 场 对 辆 处 座 栋 间 支 期 宗 棵 株 篇 部 种 类 位 门 口 岁"
_WORDS = re.compile("|".join(map(re.escape, [*known_words(), *_COUNTING.split()])))


@dataclass(frozen=True)
class Quantity:
    """What the words of a figure say.

    Attributes:
        value: In ``unit``; None where no number could be read.
        upper: The upper end of a range, else None.
        unit: ISO 4217, ``% ‰ ‱ pp × 1 /10万``, a UCUM code, or the counting word;
            None where the figure is a bare number.
        approximate: 约 近 余 多 左右 数十.
        bound: None, "at_least" (超过, 以上) or "at_most" (以内).
        change: None, "up" or "down": the figure is the size of a change.
    """

    value: Decimal | None
    upper: Decimal | None = None
    unit: str | None = None
    approximate: bool = False
    bound: str | None = None
    change: str | None = None


def parse_figure(text: str, start: int, end: int) -> Quantity:
    """Read ``text[start:end]`` in its context.

    Args:
        text: The whole text, or a sentence of it.
        start: Character offset of the first numeral.
        end: Character offset behind the unit.

    Returns:
        The quantity; its value is None where the words hold no number.
    """
    lead, surface, tail = _bare(_fold(text[start:end]))
    before = _before(text, start) + lead
    after = tail + _fold(text[end : end + 40])
    read = _shared_unit(_read(surface), surface, after)
    currency = _CURRENCY.search(before)
    if currency and read.unit is None:
        read = replace(read, unit=_SIGNS[currency.group()])
    if _BELOW_ZERO.search(before) and read.value is not None and read.value > 0:
        upper = None if read.upper is None else -read.upper
        read = replace(read, value=-read.value, upper=upper)
    near = _CLAUSE.split(after[:4])[0]
    return Quantity(
        value=_tidy(read.value),
        upper=_tidy(read.upper),
        unit=read.unit,
        approximate=read.approximate or wording.roughly(before, near),
        bound=wording.bound(before, near),
        change=wording.change(before),
    )


def read_change(text: str, start: int, end: int) -> str | None:
    """Return the change alone of what `parse_figure` returns: little of its work."""
    lead, _, _ = _bare(_fold(text[start:end]))
    return wording.change(_before(text, start) + lead)


def _before(text: str, start: int) -> str:
    """Return the clause up to a figure."""
    return _CLAUSE.split(_fold(text[max(0, start - 40) : start]))[-1]


def _bare(surface: str) -> tuple[str, str, str]:
    """Part a figure from what a span should not hold: 约, 超过, 人民币 and 左右, 以上."""
    lead = _LEAD.match(surface)
    tail = _TAIL.search(surface, lead.end() if lead else 0)
    start = lead.end() if lead else 0
    end = tail.start() if tail else len(surface)
    return surface[:start], surface[start:end], surface[end:]


def render_figure(quantity: Quantity) -> tuple[str, int, int]:
    """Write a quantity: a text, and where in it the figure stands.

    The other way round than `parse_figure`, and read back by it.

    Raises:
        ValueError: There is no value to write.
    """
    if quantity.value is None:
        raise ValueError("a quantity without a value cannot be written")
    unit = "" if quantity.unit in (None, "1") else unit_word(str(quantity.unit))
    before = {"up": "增长", "down": "下降", None: "共"}[quantity.change]
    before += {"at_least": "不低于", "at_most": "不超过", None: ""}[quantity.bound]
    figure = format(quantity.value, "f")
    if quantity.upper is not None:
        figure += f"—{format(quantity.upper, 'f')}"
    elif quantity.unit == "1":
        figure += ":1"
    figure += unit
    after = "左右" if quantity.approximate else ""
    return before + figure + after, len(before), len(before) + len(figure)


def _tidy(value: Decimal | None) -> Decimal | None:
    """Drop zeros that multiplying has left behind the point: 120000000.0."""
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _fold(text: str) -> str:
    """Return half-width, simplified text; its length may differ."""
    folded = unicodedata.normalize("NFKC", text).replace("∶", ":").replace("−", "-")
    return simplify("".join(folded.split()))


def _read(surface: str) -> Quantity:
    """Read a figure by itself."""
    special = _share(surface) or _times(surface) or _coins(surface)
    if special:
        return special
    low, *more = _RANGE.split(surface, maxsplit=1)
    if (
        more
        and re.match(rf"[\d{CHINESE}负-]", low)
        and re.match(rf"[\d{CHINESE}]", more[0])
    ):
        return _read_range(low, more[0])
    amount = read_amount(surface)
    return _with_unit(amount.value, amount.upper, amount.rest, amount.vague)


def _share(surface: str) -> Quantity | None:
    """Read 百分之六十, 三分之二, 1:2.5, 1/3, 一半, 三成半."""
    share = _SHARE.match(surface)
    if share and share[1] in _PARTS_OF:
        return replace(_read(share[2]), unit=_PARTS_OF[share[1]])
    fraction = _FRACTION.fullmatch(surface)
    if fraction:
        return _divided(fraction[2], fraction[1])
    ratio = _RATIO.fullmatch(surface)
    if ratio:
        return _divided(ratio[1], ratio[2])
    if _RATIOS.fullmatch(surface):
        return Quantity(None, unit="1")  # 16.4:43.1:40.5 is no one number
    if surface == "一半":
        return Quantity(Decimal("0.5"), unit="1")
    tenths = _TENTHS.fullmatch(surface)
    if tenths:
        whole, part = (number(digit) if digit else None for digit in tenths.groups())
        points = (part or 0) * (10 if tenths[2] == "半" else 1)
        return Quantity(Decimal(10) * (whole or 0) + points, unit="%")
    return None


def _divided(over: str, under: str) -> Quantity:
    above, below = read_amount(over).value, read_amount(under).value
    value = above / below if above is not None and below else None
    return Quantity(value, unit="1")


def _times(surface: str) -> Quantity | None:
    """Read 2年零4个月 as 28 months: a quantity has one unit, the lesser."""
    found = _TIMES.fullmatch(surface)
    if not found:
        return None
    below_word = "分钟" if found["below"] == "分" else found["below"]
    unit, below = unit_code(found["unit"]), unit_code(below_word)
    factor = _IN.get((str(unit), str(below)))
    high, low = read_amount(found["high"]).value, read_amount(found["low"]).value
    if factor is None or high is None or low is None:
        return None
    return Quantity(high * factor + low, unit=below)


def _coins(surface: str) -> Quantity | None:
    """Read 3元5角, 柒元捌角玖分: a tenth and a hundredth of 元."""
    found = _COINS.fullmatch(surface)
    if not found or not (found["tenth"] or found["hundredth"]):
        return None
    parts = [number(found[name] or "零") for name in ("tenth", "hundredth")]
    whole = _read(found["whole"])
    if whole.value is None or None in parts:
        return None
    tenth, hundredth = (part or Decimal(0) for part in parts)
    return replace(whole, value=whole.value + tenth / 10 + hundredth / 100)


def _read_range(low_text: str, high_text: str) -> Quantity:
    """Read 2-3万元 and 100万至200万元: a scale that only the end has is for both."""
    low, high = read_amount(low_text), read_amount(high_text)
    value = low.value
    shared = low.scale == 1 and not low.rest and high.scale > 1
    if value is not None and shared and high.value is not None:
        value = value * high.scale if value < high.value / high.scale else value
    vague = low.vague or high.vague
    unit = high.rest or low.rest
    if value is None or high.value is None:
        return _with_unit(None, None, unit, vague)
    return _with_unit(value, high.value, unit, vague)


def _with_unit(
    value: Decimal | None, upper: Decimal | None, words: str, vague: bool
) -> Quantity:
    """Find the code of the unit words; some of them touch the value too."""
    if words[:1] and words[0] in "余多几来":
        words, vague = words[1:], True
    words, more = _VAGUE_COUNT.subn("个", words)
    vague = vague or bool(more)
    if len(words) > 1 and words[-1] in "多余":  # 两倍多
        words, vague = words[:-1], True
    factor, words = _factor(words)
    if words == "番" and value is not None and value == value.to_integral_value():
        return Quantity(Decimal(2) ** int(value) if value < 64 else None, unit="×")
    half = _AND_A_HALF.match(words)
    if half:
        words = words[half.end() :]
        words = "个月" if words == "月" else words
        value = value + Decimal("0.5") if value is not None else None
    elif words in ("年半", "天半", "倍半"):
        words = words[:-1]
        value = value + Decimal("0.5") if value is not None else None
    value = value * factor if value is not None else None
    upper = upper * factor if upper is not None else None
    return Quantity(value, upper, unit_code(words), vague)


def _factor(words: str) -> tuple[Decimal, str]:
    """Return what unit words stand for in the unit that is written out."""
    if words in ("成", "成多", "成以上"):
        return Decimal(10), "%"
    if words in _IN_POINTS:
        return Decimal(1) / _IN_POINTS[words], "个百分点"
    if words == "个半天":  # 2个半天 is two half days, not two and a half
        return Decimal("0.5"), "天"
    return Decimal(1), words


def _shared_unit(read: Quantity, surface: str, after: str) -> Quantity:
    """Take the unit of a list from its last member: 12、8、5个; 3.2个和2.8个百分点."""
    if surface.endswith("个") and re.match(
        rf"(?:、|和|及|与).{{0,20}}?{_NUMBER}个百分点", after
    ):
        return replace(read, unit="pp")
    if read.unit is not None or read.value is None:
        return read
    listed = _MORE.match(after)
    if not listed:
        return read
    words = listed["unit"]
    scale = re.match(r"[万亿]+", words) if surface[-1:].isdigit() else None
    words = re.sub(r"^[万亿]+", "", words)
    unit = _WORDS.match(words)
    factor = read_amount("1" + scale.group()).value if scale else None
    value = read.value * factor if factor is not None else read.value
    return replace(read, value=value, unit=unit_code(unit.group()) if unit else None)
