"""The numbers that Word counts itself: 一、, （一）, 1. stand in no run of a paragraph.

A list level says how its number is written (``%1、``) and counted; the paragraph, or its
style, says which list and level it is of (ECMA-376-1, section 17.9).
"""

from collections.abc import Callable
from typing import Any

import cn2an

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{_W}val"
_MOST_STYLES = 20  # based on each other, in a row
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def _chinese(n: int) -> str:
    return str(cn2an.an2cn(n, "low")).removeprefix("一" if 10 <= n < 20 else "")


def _circled(n: int) -> str:
    return _CIRCLED[n - 1] if 0 < n <= len(_CIRCLED) else str(n)


def _letter(n: int) -> str:
    return chr(ord("a") + (n - 1) % 26)


# What is not here is written in digits.
_WRITTEN: dict[str, Callable[[int], str]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "ideographDigital": _chinese,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "lowerLetter": _letter,
    "upperLetter": lambda n: _letter(n).upper(),
}


class Numbers:
    """Counts the numbered paragraphs of a document as they come.

    Args:
        numbering: The root of numbering.xml, or None where there is none.
        styles: The root of styles.xml.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._styles = {
            style.get(f"{_W}styleId"): style for style in _all(styles, "style")
        }
        lists = {
            found.get(f"{_W}abstractNumId"): found
            for found in _all(numbering, "abstractNum")
        }
        self._lists = {}
        for num in _all(numbering, "num"):
            there = lists.get(_value(num, "abstractNumId"))
            if there is not None:
                self._lists[num.get(f"{_W}numId")] = (there, num)
        self._counts: dict[tuple[str, int], int] = {}

    def number(self, paragraph: Any) -> str:
        """Return what Word shows before a paragraph, "" for a bullet or nothing."""
        place = self._place(paragraph)
        if place is None or place[0] not in self._lists:
            return ""
        name, level = place
        there, num = self._lists[name]
        levels = {int(e.get(f"{_W}ilvl", 0)): e for e in _all(there, "lvl")}
        if level not in levels:
            return ""
        key = there.get(f"{_W}abstractNumId")
        self._count(key, level, levels, num)
        text = _value(levels[level], "lvlText") or ""
        if _value(levels[level], "numFmt") in ("bullet", "none"):
            return ""
        for i, lower in levels.items():
            if f"%{i + 1}" in text:
                n = self._counts.get((key, i), _start(lower, num, i))
                written = _WRITTEN.get(_value(lower, "numFmt") or "", str)
                text = text.replace(f"%{i + 1}", written(n))
        # 1. before 2023年 is not 1.2023年.
        return f"{text} " if text[-1:].isascii() and text else text

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """Return the list and the level of a paragraph, by itself or by its style."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return None
        own = properties.find(f"{_W}numPr")
        name = _value(properties, "pStyle")
        if own is not None and _value(own, "numId") is not None:
            return str(_value(own, "numId")), int(_value(own, "ilvl") or 0)
        for _step in range(_MOST_STYLES):
            style = self._styles.get(name)
            if style is None:
                return None
            found = style.find(f"{_W}pPr/{_W}numPr")
            if found is not None and _value(found, "numId") is not None:
                number = str(_value(found, "numId"))
                return number, self._level(number, name, found)
            name = _value(style, "basedOn")
        return None

    def _level(self, number: str, style: str | None, found: Any) -> int:
        """Return the level that names a style as its own, else the style's level."""
        there = self._lists.get(number)
        for level in _all(there[0], "lvl") if there else []:
            if _value(level, "pStyle") == style:
                return int(level.get(f"{_W}ilvl", 0))
        return int(_value(found, "ilvl") or 0)

    def _count(self, key: str, level: int, levels: dict[int, Any], num: Any) -> None:
        start = _start(levels[level], num, level)
        self._counts[key, level] = self._counts.get((key, level), start - 1) + 1
        for deeper in [at for at in self._counts if at[0] == key and at[1] > level]:
            del self._counts[deeper]


def _start(level: Any, num: Any, i: int) -> int:
    for override in _all(num, "lvlOverride"):
        if override.get(f"{_W}ilvl") == str(i) and _value(override, "startOverride"):
            return int(_value(override, "startOverride") or 1)
    return int(_value(level, "start") or 1)


def _all(root: Any, name: str) -> list[Any]:
    return [] if root is None else root.findall(f"{_W}{name}")


def _value(element: Any, name: str) -> str | None:
    found = element.find(f"{_W}{name}")
    return None if found is None else found.get(_VAL)
