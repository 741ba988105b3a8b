"""What the words of a figure leave open, as an interval, and arithmetic on such.

4.35亿元 may stand for any amount from 4.345 to 4.355亿元; 约, 余, 近, 多, 左右, 上百 leave
more open. Source of the arithmetic: Moore, Interval Analysis (1966). mpmath's intervals
are binary; figures are decimal, and an end must lie where it was written.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from baoshu.chars import SPACE
from baoshu.figures import Figure
from baoshu.numerals import CHINESE

_NUMERAL = re.compile(r"\d[\d,]*(?:\.(?P<decimals>\d+))?")
_SUFFIX = re.compile(r"[万亿]*[^\d.,:/~—–-]*")
_POINT = re.compile(r"点([零〇一二三四五六七八九]+)")
_RATIO = re.compile(r"([\d.,]+)[:比/]([\d.,]+)")
_UNDER = re.compile(r"(?:将近|接近|近|不到|不足|未到|差不多)(?:达|有|为)?$")
_OVER = re.compile(r"[余多几来]")
# How far 约 and 左右 may be off; a bound is met, but by no more than as much again.
ROUGHLY = Decimal("0.1")
_AGAIN = 2


@dataclass(frozen=True)
class Interval:
    """Every value from ``low`` to ``high``, both included."""

    low: Decimal
    high: Decimal

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Interval") -> "Interval":
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: "Interval") -> "Interval":
        """Raises ZeroDivisionError where ``other`` holds zero."""
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError(f"{other} holds zero")
        return self * Interval(1 / other.high, 1 / other.low)

    def widened(self, by: Decimal) -> "Interval":
        return Interval(self.low - by, self.high + by)

    def meets(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Stated:
    """How exactly a figure is stated.

    Attributes:
        interval: The values it may stand for, in the unit of the figure.
        grain: The unit of its last digit: 10000 for 4.35亿元's 0.01亿; 0 where it
            counts one by one (96人).
        scale: What its numeral is multiplied by: 100000000 for 4.35亿元.
        suffix: What follows its numeral: 亿元; "" where it has not one of digits.
    """

    interval: Interval
    grain: Decimal
    scale: Decimal
    suffix: str

    def written(self, value: Decimal, unit: str | None) -> str:
        """Write another value the way that this figure is written: 4.41亿元.

        One digit more than the figure has shows what rounding hides.
        """
        if not self.suffix:
            return f"{_short(value)} {unit or ''}".rstrip()
        fine = self.grain / self.scale / 10 if self.grain else Decimal(1)
        return (
            _short((value / self.scale).quantize(min(fine, Decimal(1)))) + self.suffix
        )


def _short(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def stated(figure: Figure, text: str) -> Stated | None:
    """Return what the words of a figure leave open; None where it has no value.

    Args:
        figure: The figure.
        text: That of its document, each character through `chars.plain`.
    """
    value = figure.value
    if value is None:
        return None
    start, end = figure.span.start_char, figure.span.end_char
    words = text[start:end].replace(",", "").replace(SPACE, "")
    before, after = text[max(0, start - 6) : start], text[end : end + 2]
    grain, scale, suffix = _grain(words, value)
    if figure.label == "COUNT" and scale == 1 and value == value.to_integral_value():
        grain = Decimal(0)
    if figure.upper is not None:
        interval = Interval(value, max(value, figure.upper))
    elif figure.bound == "at_least":
        interval = _between(value, value * _AGAIN)
    elif _UNDER.search(before):
        interval = Interval(value - round_to(value), value)
    elif figure.bound == "at_most":
        interval = _between(Decimal(0), value)
    elif _OVER.search(words) or after[:1] in ("余", "多"):
        interval = Interval(value, value + round_to(value))
    elif figure.approximate or (figure.unit == "1" and not _RATIO.fullmatch(words)):
        interval = Interval(value, value).widened(abs(value) * ROUGHLY)
    else:
        interval = _ratio(words) or Interval(value, value).widened(grain / 2)
    return Stated(interval, grain, scale, suffix)


def _between(a: Decimal, b: Decimal) -> Interval:
    return Interval(min(a, b), max(a, b))


def _grain(words: str, value: Decimal) -> tuple[Decimal, Decimal, str]:
    """Return the unit of the last digit, the scale and the words behind the numeral."""
    found = list(_NUMERAL.finditer(words))
    if not found:
        point = _POINT.search(words)
        if point:
            shift = Decimal(10) ** -len(point[1])
            return shift * _round_scale(words), Decimal(1), ""
        return round_to(value), Decimal(1), ""
    last = found[-1]
    number = Decimal(last.group())
    decimals = len(last["decimals"] or "")
    suffix = words[last.end() :]
    if len(found) == 1 and number:
        scale = abs(value / number)
        whole = bool(_SUFFIX.fullmatch(suffix)) and last.start() == 0
    else:  # 3亿5000万元: the lesser numeral says how exact it is
        scale = _round_scale(suffix)
        whole = False
    return scale * Decimal(10) ** -decimals, scale, suffix if whole else ""


def _round_scale(words: str) -> Decimal:
    """Return what 万 and 亿 behind the last numeral multiply by."""
    behind = re.split(rf"[\d{CHINESE.replace('万', '').replace('亿', '')}]", words)[-1]
    return Decimal(10) ** (4 * behind.count("万") + 8 * behind.count("亿"))


def round_to(value: Decimal) -> Decimal:
    """Return the power of ten of the last digit that is no zero.

    100 for 3800: 余 may add so much to it, 近 take so much away.
    """
    exponent = value.normalize().as_tuple().exponent
    return Decimal(10) ** int(exponent) if value else Decimal(1)


def _ratio(words: str) -> Interval | None:
    """Return the open part of 1:1.17: both sides as exact as they are written."""
    found = _RATIO.fullmatch(words)
    if not found:
        return None
    over, under = (_side(side) for side in found.groups())
    return over / under if under.low > 0 else None


def _side(text: str) -> Interval:
    number = Decimal(text.rstrip("."))
    decimals = len(text.rpartition(".")[2]) if "." in text else 0
    half = Decimal(10) ** -decimals / 2 if number != 1 else Decimal(0)
    return Interval(number, number).widened(half)
