"""Numbers as reports write them: 1.2万亿, 3亿5000万, 壹佰万, 十几, 两千三, 三四十.

Numerals in Chinese go through `cn2an`; digits with 万 and 亿, and what makes a number
vague, no kept library reads right (docs/values.md has the comparison).
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import cn2an

_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
# 千 opens a unit of its own in 千克, 千瓦时, 千伏安.
_THOUSAND = r"千(?![克米瓦伏卡帕赫])"
_SCALE = rf"(?:[十百万亿]|{_THOUSAND})"
CHINESE = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟半廿卅"
_NUMERAL = (
    rf"(?:\d[\d,]*(?:\.\d+)?|(?:[{CHINESE.replace('千', '')}]|{_THOUSAND})+"
    rf"(?:点[零〇一二三四五六七八九]+)?)"
)
_AMOUNT = re.compile(
    rf"(?P<sign>[-负])?(?P<number>{_NUMERAL})(?P<vague>[余多几来数])?"
    rf"(?P<scale>{_SCALE}*)(?P<vague2>[余多几来])?"
)
_SEVERAL = re.compile(rf"[数几](?P<scale>{_SCALE}+)|(?P<ten>{_SCALE}+)[几余多]|[数几]")
_NEIGHBOURS = re.compile(
    rf"(?P<tens>[二三四五六七八九]?十)?(?P<low>[一二两三四五六七八九])"
    rf"(?P<high>[二两三四五六七八九])(?P<scale>{_SCALE}*)"
)
_TAIL = re.compile(rf"(?:\d+(?:\.\d+)?{_SCALE}*)+")
_HEDGE = re.compile(r"^(?:上(?=[十百千万亿])|成(?=[百千万])|[约近])")
_TWO_HUNDRED_MILLION = re.compile(rf"^({_NUMERAL})个(?=亿)")  # 两个亿
_OPENS_WITH_SCALE = re.compile(rf"{_SCALE}+")
_GOES_ON = re.compile(r"[.,:]+\d")  # 1.2.3, 1,23, 1..2: no number
_DIGITS = re.compile(r"\d[\d,.]*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Amount:
    """A number at the start of a text, and the text behind it.

    Attributes:
        value: None where no number can be told (数十, 1.2.3).
        upper: The upper end of 三四十.
        scale: What 万 and 亿 multiplied by.
        vague: 余, 多, 几, 来, 约.
        rest: What follows the number.
    """

    value: Decimal | None
    scale: int
    vague: bool
    rest: str
    upper: Decimal | None = None


def read_amount(text: str) -> Amount:
    """Read the number that half-width, simplified ``text`` starts with."""
    text, hedged = _HEDGE.subn("", text)
    text = _TWO_HUNDRED_MILLION.sub(r"\1", text)
    between = _neighbours(text)
    if between:
        return between
    several = _SEVERAL.match(text)
    if several and not several["ten"]:
        return Amount(None, 1, True, text[several.end() :])
    if _OPENS_WITH_SCALE.match(text) and not text.startswith("十"):
        text = "一" + text  # 百余名, 千份
    found = _AMOUNT.match(text)
    if not found:
        return Amount(None, 1, False, text)
    rest = text[found.end() :]
    if _GOES_ON.match(rest):
        return Amount(None, 1, False, re.sub(rf"^[\d.,:]+{_SCALE}*", "", rest))
    value, scale = number(found["number"]), _scale(found["scale"])
    vague = bool(hedged or found["vague"] or found["vague2"])
    if value is not None:
        value = value * scale * (-1 if found["sign"] else 1)
        value, rest = _add_tail(value, scale, rest)
    return Amount(value, scale, vague, rest)


def _neighbours(text: str) -> Amount | None:
    """Read 两三个, 三四十, 十五六万: two digits in a row that are a range."""
    found = _NEIGHBOURS.match(text)
    if not found or re.match(rf"[{CHINESE}点分]", text[found.end() :]):
        return None
    low, high = number(found["low"]), number(found["high"])
    if low is None or high is None or not (high == low + 1 or (low, high) == (3, 5)):
        return None
    scale, tens = _scale(found["scale"]), number(found["tens"] or "零") or 0
    low, high = (tens + low) * scale, (tens + high) * scale
    return Amount(low, 1, True, text[found.end() :], high)


def number(text: str) -> Decimal | None:
    """Return the value of digits or of Chinese numerals, None where there is none."""
    if _DIGITS.fullmatch(text):
        grouped = _GROUPED.fullmatch(text)
        return Decimal(text.replace(",", "")) if grouped else None
    if text == "半":
        return Decimal("0.5")
    if text.endswith("半"):
        whole = number(text[:-1])
        return None if whole is None else whole + Decimal("0.5")
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, KeyError, InvalidOperation):  # KeyError: 亿三
        return None


def _scale(text: str) -> int:
    product = 1
    for char in text:
        product *= _SCALES[char]
    return product


def _add_tail(value: Decimal, scale: int, rest: str) -> tuple[Decimal, str]:
    """Add the lower part of 3亿5千6百万: numbers of lesser scale right behind.

    A last digit without a scale is of the next lower one: 2万3 is 23000.
    """
    found = _TAIL.match(rest) if scale > 1 else None
    tail = number(found.group()) if found else None
    if found is None or tail is None or tail >= scale:
        return value, rest
    if len(found.group()) == 1:
        tail = tail * scale / 10
    return value + tail, rest[found.end() :]
