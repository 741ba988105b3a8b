"""The words before and behind a figure: how exact it is, and whether it is a change."""

import re

_ROUGHLY = re.compile(
    r"(?:约为?|大约|(?<![最附邻靠临])近|将近|接近|上|大概|估计|大致)"
    r"(?:超过|达到?|有|共|为)?$"
)
_ROUGHLY_AFTER = re.compile(r"左右|上下|余|多")
_AT_MOST = (
    "不超过 不高于 不多于 不大于 未超过 至多 最多 最高 低于 少于 小于 不到 不足 ≤ <"
)
_AT_LEAST = (
    "不低于 不少于 不小于 至少 最少 最低 超过 超出 超 逾 突破 大于 高于 多于 达到或超过 "
    "≥ >"
)
HEDGES = "约为?|大约|近|将近|接近|" + f"{_AT_MOST} {_AT_LEAST}".replace(" ", "|")
_BOUND = re.compile(
    rf"(?:(?P<at_most>{_AT_MOST.replace(' ', '|')})"
    rf"|(?P<at_least>{_AT_LEAST.replace(' ', '|')}))了?$"
)
_UP = (
    "增长 增加 增收 净增 提高 提升 上升 上涨 上调 扩大 升高 (?<!新)增 涨 升 高出 多出 "
    "超出 加快 延误"
)
_DOWN = "下降 减少 降低 下跌 下调 回落 缩减 压减 收窄 缩短 缩小 压缩 下滑 降价 节约 减 降 跌"
_CHANGE = re.compile(
    rf"(?:(?P<up>{_UP.replace(' ', '|')})|(?P<down>{_DOWN.replace(' ', '|')})"
    r"|(?<!占)(?:比|较)[^，,。；;]*?(?:(?P<more>[多高快])|(?P<less>[少低慢]))[^\d，,。；;于达到至]{0,3}"
    r"|(?<!不)(?:(?P<above>[高快]于)|(?P<below>[低慢]于))[^\d，,。；;]{2,15})"
    r"(?:了|约|近|超过?|逾|不超过|不低于|幅度?为?)*$"
)
# What stands before a figure in its list: 增长4%、6%和 has the verb before the first.
_LISTED = re.compile(r"\d[\d,.]*[^\d、，。和及]{0,5}(?:、|和|及|以及)$")


def roughly(before: str, after: str) -> bool:
    """Whether 约, 近 before or 左右 behind make it approximate."""
    return bool(_ROUGHLY.search(before) or _ROUGHLY_AFTER.match(after))


def bound(before: str, after: str) -> str | None:
    """Return "at_least" (超过, 以上), "at_most" (不到, 以内) or None."""
    found = _BOUND.search(before)
    if found:
        return found.lastgroup
    if re.match(r"及?以上", after):
        return "at_least"
    return "at_most" if re.match(r"[及之]?以?[内下]", after) else None


def change(before: str) -> str | None:
    """Return "up" or "down" where the words before say that it is a change."""
    while listed := _LISTED.search(before):
        before = before[: listed.start()]
    found = _CHANGE.search(before)
    if not found:
        return None
    return "up" if found.lastgroup in ("up", "more", "above") else "down"
