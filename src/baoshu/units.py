"""Unit words into codes, and codes into other units on request.

Codes: ISO 4217 for money, UCUM 2.1 for physical units, the Chinese word where UCUM has
none (亩, 斤) and for counting words. Source of the customary units: 国务院, 关于在我国
统一实行法定计量单位的命令 (1984), 15 亩 to the hectare, 2 斤 to the kilogram.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from baoshu.errors import BaoshuError
from baoshu.messages import _

# Customary units in a UCUM unit: (number of them, that unit).
_CUSTOMARY = {
    "亩": (Decimal(2000) / Decimal(3), "m2"),
    "斤": (Decimal("0.5"), "kg"),
    "两": (Decimal("0.05"), "kg"),
    "里": (Decimal(500), "m"),
}


@cache
def _table() -> dict[str, str]:
    text = resources.files("baoshu").joinpath("units.json").read_text("utf8")
    return {
        word: code for kind in json.loads(text).values() for word, code in kind.items()
    }


@cache
def _words() -> dict[str, str]:
    words: dict[str, str] = {}
    for word, code in _table().items():
        words.setdefault(code, word)
    return words


def unit_code(words: str) -> str | None:
    """Return the code of unit words: 平方米 → m2, 元/平方米 → CNY/m2, 家 → 家."""
    if not words:
        return None
    table = _table()
    if words in table:
        return table[words]
    top, slash, below = words.replace("每", "/").partition("/")
    if slash and top in table and below:
        return f"{table[top]}/{unit_code(below)}"
    return words


def unit_word(code: str) -> str:
    """Return a word for a code, such that ``unit_code(unit_word(code)) == code``."""
    top, slash, below = code.partition("/")
    if slash and top and below:
        return f"{unit_word(top)}/{unit_word(below)}"
    return _words().get(code, code)


def known_words() -> Iterator[str]:
    """Yield the unit words of the table, the longest first."""
    return iter(sorted(_table(), key=len, reverse=True))


@cache
def _registry() -> Any:
    try:
        from ucumvert import PintUcumRegistry
    except ImportError as error:
        raise BaoshuError(
            _('converting units needs pint and ucumvert: pip install "baoshu[units]"')
        ) from error
    return PintUcumRegistry()


def convert_unit(value: Decimal, unit: str, target: str | None = None) -> Decimal:
    """Convert a physical quantity by pint, with UCUM codes read by ucumvert.

    Args:
        value: In ``unit``.
        unit: A UCUM code, or 亩, 斤, 两, 里.
        target: A UCUM code; by default the SI base units of ``unit``.

    Returns:
        The value in ``target``; the factor is exact to twelve digits.

    Raises:
        BaoshuError: Not a physical unit, or not of the target's kind.
    """
    factor, known = _CUSTOMARY.get(unit, (Decimal(1), unit))
    zero, one, two = (_converted(n, known, target) for n in (0, 1, 2))
    if abs(two - 2 * one + zero) > 1e-9 * abs(two):
        raise BaoshuError(
            _("{unit} has no fixed ratio to other units").format(unit=unit)
        )
    slope = Decimal(f"{one - zero:.12g}")
    return value * factor * slope + Decimal(f"{zero:.12g}")


def _converted(number: int, unit: str, target: str | None) -> float:
    from lark.exceptions import LarkError
    from pint.errors import PintError

    registry = _registry()
    try:
        quantity = registry.Quantity(number, registry.from_ucum(unit))
        if target is None:
            return float(quantity.to_base_units().magnitude)
        return float(quantity.to(registry.from_ucum(target)).magnitude)
    except (PintError, LarkError) as error:
        said = _("{unit} cannot be converted to {target}")
        raise BaoshuError(
            said.format(unit=unit, target=target or _("SI units"))
        ) from error
