"""From the words of a figure to value and unit; the words around it say how exact.

`parse_figure` is pure: text and offsets in, a `Quantity` out, Decimal throughout, and
no exception on any string: what cannot be read has no value. Numerals written in
Chinese go through `cn2an` (compared: JioNLP, Recognizers-Text and cn2an all read them;
cn2an alone does nothing else). Unit codes: ISO 4217, UCUM 2.1 and the Chinese word
where UCUM has none.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources

import cn2an

from baoshu.chars import simplified

_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
# 千 opens a unit of its own in 千克, 千瓦时, 千伏安.
_SCALE = r"(?:[十百万亿]|千(?![克米瓦伏卡帕赫]))"
_CHINESE = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟半廿"
_AMOUNT = re.compile(
    rf"(?P<number>\d[\d,]*(?:\.\d+)?|(?:[{_CHINESE}]|千(?![克米瓦伏卡帕赫]))+(?:点[{_CHINESE}]+)?)"
    rf"(?P<vague>[余多几来数])?(?P<scale>{_SCALE}*)(?P<vague2>[余多几来])?"
)
_SEVERAL = re.compile(rf"[数几](?P<scale>{_SCALE}+)|(?P<ten>{_SCALE}+)[几余多]|[数几]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_RANGE = re.compile(r"[-–—~～至到]+")
_PARTS_OF = {"百": "%", "千": "‰", "万": "‱"}
_ROUGHLY = re.compile(
    r"(?:约为?|大约|(?<![最附邻靠临])近|将近|接近|上|大概|估计)"
    r"(?:超过|达到?|有|共|为)?$"
)
_ROUGHLY_AFTER = re.compile(r"左右|上下|余|多")
_AT_MOST = "不超过 不高于 不多于 不大于 未超过 至多 最多 最高 低于 少于 小于 不到 不足"
_AT_LEAST = (
    "不低于 不少于 不小于 至少 最少 最低 超过 超出 超 逾 突破 大于 高于 多于 达到或超过"
)
_BOUND = re.compile(
    "(?:"
    + "|".join(
        [
            f"(?P<at_most>{_AT_MOST.replace(' ', '|')})",
            f"(?P<at_least>{_AT_LEAST.replace(' ', '|')})",
        ]
    )
    + r")了?$"
)
_UP = [
    "增长",
    "增加",
    "增收",
    "净增",
    "提高",
    "提升",
    "上升",
    "上涨",
    "上调",
    "扩大",
    "升高",
    "(?<!新)增",
    "涨",
    "升",
    "高出",
    "多出",
    "超出",
    "加快",
    "延误",
]
_DOWN = [
    "下降",
    "减少",
    "降低",
    "下跌",
    "下调",
    "回落",
    "缩减",
    "压减",
    "收窄",
    "缩短",
    "缩小",
    "压缩",
    "下滑",
    "降价",
    "节约",
    "减",
    "降",
    "跌",
]
_CHANGE = re.compile(
    rf"(?:(?P<up>{'|'.join(_UP)})|(?P<down>{'|'.join(_DOWN)})"
    r"|(?<!占)(?:比|较)[^，,。；;]*?(?:(?P<more>[多高快])|(?P<less>[少低慢]))[^\d，,。；;于达到至]{0,3}"
    r"|(?<!不)(?:(?P<above>[高快]于)|(?P<below>[低慢]于))[^\d，,。；;]{2,15})"
    r"(?:了|约|近|超过?|逾|不超过|不低于|幅度?为?)*$"
)
# What stands before a figure in its list: 增长4%、6%和 has the verb before the first.
_LISTED = re.compile(r"\d[\d,.]*[^\d、，。和及]{0,5}(?:、|和|及|以及)$")
_CLAUSE = re.compile(r"[，,。；;！!？?\n（(）)：:]")


@dataclass(frozen=True)
class Quantity:
    """What the words of a figure say.

    Attributes:
        value: In ``unit``; None where no number could be read.
        upper: The upper end of a range, else None.
        unit: ISO 4217, ``% ‰ ‱ pp × 1``, a UCUM code, or the counting word; None
            where the figure is a bare number.
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


@dataclass(frozen=True)
class _Amount:
    """A number and what follows it; ``scale`` is what 万 and 亿 made of it."""

    value: Decimal | None
    scale: int
    vague: bool
    rest: str


def parse_figure(text: str, start: int, end: int) -> Quantity:
    """Read ``text[start:end]`` in its context.

    Args:
        text: The whole text, or a sentence of it.
        start: Character offset of the first numeral.
        end: Character offset behind the unit.

    Returns:
        The quantity; its value is None where the words hold no number.
    """
    surface = _fold(text[start:end])
    before = _CLAUSE.split(_fold(text[max(0, start - 40) : start]))[-1]
    after = _CLAUSE.split(_fold(text[end : end + 4]))[0]
    value, upper, unit, vague = _read(surface)
    bound = _BOUND.search(before)
    change = _CHANGE.search(_before_list(before))
    return Quantity(
        value=_tidy(value),
        upper=_tidy(upper),
        unit=unit,
        approximate=vague or bool(_roughly(before, after)),
        bound=bound.lastgroup if bound else _bound_after(after),
        change=_direction(change) if change else None,
    )


def _before_list(before: str) -> str:
    while found := _LISTED.search(before):
        before = before[: found.start()]
    return before


def _tidy(value: Decimal | None) -> Decimal | None:
    """Drop zeros that multiplying has left behind the point: 120000000.0."""
    if value is None:
        return None
    return (
        value.to_integral_value()
        if value == value.to_integral_value()
        else value.normalize()
    )


def _fold(text: str) -> str:
    """Return half-width, simplified text; its length may differ."""
    folded = unicodedata.normalize("NFKC", text).replace("∶", ":").replace("−", "-")
    return "".join(simplified(char) for char in folded if not char.isspace())


def _roughly(before: str, after: str) -> bool:
    return bool(_ROUGHLY.search(before) or _ROUGHLY_AFTER.match(after))


def _bound_after(after: str) -> str | None:
    if re.match(r"及?以上", after):
        return "at_least"
    return "at_most" if re.match(r"[及之]?以?[内下]", after) else None


def _direction(found: re.Match[str]) -> str:
    return "up" if found.lastgroup in ("up", "more", "above") else "down"


def _read(surface: str) -> tuple[Decimal | None, Decimal | None, str | None, bool]:
    """Return value, upper, unit and whether the words themselves are vague."""
    share = re.match(r"(十?[百千万])分之(.+)", surface)
    if share and share[1] in _PARTS_OF:
        value, upper, _, vague = _read(share[2])
        return value, upper, _PARTS_OF[share[1]], vague
    fraction = re.fullmatch(rf"([{_CHINESE}\d]+)分之([{_CHINESE}\d]+)", surface)
    if fraction:
        return (*_divided(fraction[2], fraction[1]), "1", False)
    ratio = re.fullmatch(r"(\d+(?:\.\d+)?)[:比](\d+(?:\.\d+)?)", surface)
    if ratio:
        return (*_divided(ratio[1], ratio[2]), "1", False)
    if surface == "一半":
        return Decimal("0.5"), None, "1", False
    low, *more = _RANGE.split(surface, maxsplit=1)
    if more and _AMOUNT.match(low) and _AMOUNT.match(more[0]):
        return _read_range(low, more[0])
    amount = _amount(surface)
    return _with_unit(amount.value, None, amount.rest, amount.vague)


def _divided(over: str, under: str) -> tuple[Decimal | None, None]:
    above, below = _amount(over).value, _amount(under).value
    return (above / below if above is not None and below else None), None


def _read_range(
    low_text: str, high_text: str
) -> tuple[Decimal | None, Decimal | None, str | None, bool]:
    """Read 2-3万元 and 100万至200万元: a scale that only the end has is for both."""
    low, high = _amount(low_text), _amount(high_text)
    value = low.value
    shared = low.scale == 1 and not low.rest and high.scale > 1
    if value is not None and shared and high.value is not None:
        value = value * high.scale if value < high.value / high.scale else value
    vague = low.vague or high.vague
    if value is None or high.value is None:
        return _with_unit(None, None, high.rest or low.rest, vague)
    return _with_unit(value, high.value, high.rest or low.rest, vague)


def _amount(text: str) -> _Amount:
    """Read the number at the start of ``text``."""
    text, hedged = re.subn(r"^(?:上(?=[十百千万亿])|[约近])", "", text)
    several = _SEVERAL.match(text)
    if several and not several["ten"]:
        return _Amount(None, 1, True, text[several.end() :])
    if re.match(rf"{_SCALE}+", text) and not text.startswith("十"):
        text = "一" + text  # 百余名, 千份
    found = _AMOUNT.match(text)
    if not found:
        return _Amount(None, 1, False, text)
    rest = text[found.end() :]
    if re.match(r"\.\d|,\d", rest):
        return _Amount(None, 1, False, re.sub(rf"^[\d.,]+{_SCALE}*", "", rest))
    value = _number(found["number"])
    scale = _scale(found["scale"])
    vague = bool(hedged or found["vague"] or found["vague2"])
    if value is not None:
        value *= scale
        value, rest = _add_tail(value, scale, rest)
    return _Amount(value, scale, vague, rest)


def _number(text: str) -> Decimal | None:
    if text[0].isdigit():
        if not _THOUSANDS.fullmatch(text):
            return None
        return Decimal(text.replace(",", ""))
    if text == "半":
        return Decimal("0.5")
    if text.endswith("半"):
        whole = _number(text[:-1])
        return None if whole is None else whole + Decimal("0.5")
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, InvalidOperation):
        return None


def _scale(text: str) -> int:
    product = 1
    for char in text:
        product *= _SCALES[char]
    return product


def _add_tail(value: Decimal, scale: int, rest: str) -> tuple[Decimal, str]:
    """Add the lower part of 3亿5000万: a number of lesser scale right behind."""
    found = _AMOUNT.match(rest) if scale > 1 and rest[:1].isdigit() else None
    if found is None:
        return value, rest
    tail, tail_scale = _number(found["number"]), _scale(found["scale"])
    if tail is None or tail * tail_scale >= scale:
        return value, rest
    return value + tail * tail_scale, rest[found.end() :]


def _with_unit(
    value: Decimal | None, upper: Decimal | None, words: str, vague: bool
) -> tuple[Decimal | None, Decimal | None, str | None, bool]:
    """Find the code of the unit words; 成 and 个半月 also touch the value."""
    if words[:1] in ("余", "多", "几", "来") and words[:1]:
        words, vague = words[1:], True
    if words.startswith("成"):
        ten = Decimal(10)
        tenths = value * ten if value is not None else None
        return tenths, upper * ten if upper is not None else None, "%", vague
    half = re.match(r"个?半(?=[年月天小])", words)
    if half:
        words = "个月" if words[half.end() :] == "月" else words[half.end() :]
        value = value + Decimal("0.5") if value is not None else None
    return value, upper, unit_code(words), vague


def unit_code(words: str) -> str | None:
    """Return the code of unit words: 平方米 → m2, 元/平方米 → CNY/m2, 家 → 家."""
    if not words:
        return None
    table = _units()
    if words in table:
        return table[words]
    top, slash, below = words.partition("/")
    if slash and top in table:
        return f"{table[top]}/{unit_code(below)}"
    return words


@cache
def _units() -> dict[str, str]:
    text = resources.files("baoshu").joinpath("units.json").read_text("utf8")
    return {
        word: code for kind in json.loads(text).values() for word, code in kind.items()
    }
