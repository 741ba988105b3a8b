"""Slips of the pen: one digit wrong, two changed over, a point or 万 for 亿."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from baoshu.intervals import Interval
from baoshu.terms import Term

_SHIFTS = (Decimal(10), Decimal("0.1"), Decimal(10**4), Decimal("0.0001"))


def meant(term: Term, lost: bool = False) -> Iterator[Decimal]:
    """Yield the values that one slip may have made into that of a figure.

    Args:
        term: The figure.
        lost: Also those with a digit that it lacks.
    """
    value, grain = term.figure.value or Decimal(0), _grain(term)
    digits = str(int(abs(value) / grain))
    for other in _variants(digits) | (_longer(digits) if lost else set()):
        yield int(other) * grain
    yield from (value * shift for shift in _SHIFTS)


def corrected(term: Term, value: Decimal) -> Term:
    """Return a figure with another value, as exact as it was."""
    by = value - (term.figure.value or 0)
    ends = term.interval
    stated = replace(term.stated, interval=Interval(ends.low + by, ends.high + by))
    return replace(term, figure=replace(term.figure, value=value), stated=stated)


def by_chance(terms: Sequence[Term], slack: Decimal) -> float:
    """Return how often one slip would mend figures that have nothing to do with it.

    Every figure has a number of variants; the gap to be mended may be any up to the
    first figure, which is the total, in steps of what rounding leaves open.
    """
    grains = [_grain(term) for term in terms]
    hits = sum(len(list(meant(term))) for term in terms)
    step = max(2 * slack, *grains)
    return float(hits * step / (terms[0].figure.value or 1))


def _grain(term: Term) -> Decimal:
    return term.stated.grain or term.stated.scale


def _variants(digits: str) -> set[str]:
    """Return the numerals one wrong digit or one exchange of neighbours away."""
    found = set()
    for i, digit in enumerate(digits):
        found |= {digits[:i] + other + digits[i + 1 :] for other in "0123456789"}
        if i:
            found.add(digits[: i - 1] + digit + digits[i - 1] + digits[i + 1 :])
    return {other for other in found if other != digits and int(other)}


def _longer(digits: str) -> set[str]:
    """Return the numerals that have one digit more."""
    return {
        digits[:i] + digit + digits[i:]
        for i in range(len(digits) + 1)
        for digit in "0123456789"
    }
