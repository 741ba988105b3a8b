"""Unit words to codes and back, and conversions against known numbers."""

from decimal import Decimal

import pytest

from baoshu.errors import BaoshuError
from baoshu.units import convert_unit, known_words, unit_code, unit_word


def test_every_word_has_a_code_and_every_code_a_word():
    for word in known_words():
        code = unit_code(word)
        assert code and unit_code(unit_word(code)) == code


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        ("12", "har", "m2", "120000"),
        ("15", "亩", "har", "1"),
        ("3", "km", None, "3000"),
        ("1.5", "kW.h", "J", "5400000"),
        ("25", "Cel", "K", "298.15"),
        ("-5", "Cel", "K", "268.15"),
        ("5", "斤", "kg", "2.5"),
        ("35", "ug/m3", "mg/m3", "0.035"),
        ("2", "a", "mo", "24"),
        ("1", "[nmi_i]", "m", "1852"),
        ("56.5", "m3", "L", "56500"),
    ],
)
def test_conversions(value, unit, target, expected):
    pytest.importorskip("ucumvert")
    found = convert_unit(Decimal(value), unit, target)
    assert abs(found - Decimal(expected)) <= Decimal("1e-9") * abs(found)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("家", None),
        ("har", "kg"),
        ("CNY", "USD"),
        ("dB", "Pa"),
        ("", None),
        ("m2)", "m2"),
    ],
)
def test_what_cannot_be_converted_is_said(unit, target):
    pytest.importorskip("ucumvert")
    with pytest.raises(BaoshuError):
        convert_unit(Decimal(1), unit, target)
