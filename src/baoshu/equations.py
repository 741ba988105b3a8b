"""Equations between figures as data: kind, roles, how the sides compare, what is let pass.

An `Equation` says that some figures give another; `check` says whether they do, by
interval arithmetic, so that rounding is never called an error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from baoshu.intervals import Interval, round_to
from baoshu.terms import Term

CONSISTENT, ROUNDING, CONTRADICTION = "consistent", "rounding", "contradiction"
# What a fraction is multiplied by to stand in a unit of rates.
FACTORS = {
    "%": Decimal(100), "pp": Decimal(100), "‰": Decimal(1000), "‱": Decimal(10**4),
    "/10万": Decimal(10**5), "1": Decimal(1), "×": Decimal(1),
}  # fmt: skip


def _at(value: Decimal) -> Interval:
    return Interval(value, value)


_ONE = _at(Decimal(1))
_BY_CHANGE = (
    "按增减量计算为{expected}，文中为{stated}",
    "by the change it is {expected}, the report says {stated}",
)
_BY_LEVELS = (
    "按前后两数计算为{expected}，文中为{stated}",
    "by the two levels it is {expected}, the report says {stated}",
)

_BY_POPULATION = (
    "按总量和人口计算为{expected}，文中为{stated}",
    "by stock and population it is {expected}, the report says {stated}",
)


def _added(values: Sequence[Interval]) -> Interval:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


@dataclass(frozen=True)
class Form:
    """A form of equation.

    Attributes:
        kind: The kind of finding.
        compute: From the operands to what the result should be.
        pattern: How it is written; {0} {1} are the operands, {all} their sum, {=} the result.
        zh: One line; {expected} and {stated}.
        en: The same in English.
        ratio: The result is a fraction, to be brought into the unit of a rate.
        sign: How the result compares with what is computed: = ≤ ≥.
        cut: Reports cut such a figure off as often as they round it.
        zeros: Zeros at its end may stand for what was rounded away.
        loose: The share by which the operands are known to be beside the point: a
            birth rate is of the mean population of the year, not of that at its end.
    """

    kind: str
    compute: Callable[[Sequence[Interval]], Interval]
    pattern: str
    zh: str
    en: str
    sign: str = "="
    ratio: bool = False
    cut: bool = False
    zeros: bool = False
    loose: Decimal = Decimal(0)


FORMS: dict[str, Form] = {
    "total": Form(
        "sum", _added, "{all} = {=}",
        "各部分相加为{expected}，合计写作{stated}",
        "the parts add up to {expected}, the total is given as {stated}",
    ),
    "remainder": Form(
        "sum", lambda v: v[0] - v[1], "{0} − {1} = {=}",
        "两数相减为{expected}，文中为{stated}",
        "the difference is {expected}, the report says {stated}",
    ),
    "parts": Form(
        "part", _added, "{all} ≤ {=}",
        "部分为{expected}，大于整体{stated}",
        "the parts, {expected}, are more than the whole, {stated}",
        sign="≥",
    ),
    "rate": Form(
        "rate", lambda v: v[0] / v[1], "{0} ÷ {1} = {=}",
        "按分子分母计算为{expected}，文中为{stated}",
        "by its counts the rate is {expected}, the report says {stated}",
        ratio=True, cut=True,
    ),
    "vital rate": Form(
        "rate", lambda v: v[0] / v[1], "{0} ÷ {1} = {=}",
        "按人数计算约为{expected}，文中为{stated}",
        "by the counts the rate is about {expected}, the report says {stated}",
        ratio=True, cut=True, loose=Decimal("0.03"),
    ),
    "natural growth": Form(
        "rate", lambda v: v[0] - v[1], "{0} − {1} = {=}",
        "出生率减死亡率为{expected}，自然增长率写作{stated}",
        "births less deaths are {expected}, natural growth is given as {stated}",
    ),
    "per thousand": Form(
        "rate", lambda v: v[0] / v[1] * _at(Decimal(1000)), "{0} ÷ {1} × 1000 = {=}",
        *_BY_POPULATION, cut=True, loose=Decimal("0.02"),
    ),
    "per ten thousand": Form(
        "rate", lambda v: v[0] / v[1] * _at(Decimal(10**4)), "{0} ÷ {1} × 10000 = {=}",
        *_BY_POPULATION, cut=True, loose=Decimal("0.02"),
    ),
    "average": Form(
        "average", lambda v: v[0] / v[1], "{0} ÷ {1} = {=}",
        "平均为{expected}，文中为{stated}",
        "the average is {expected}, the report says {stated}",
        cut=True, zeros=True,
    ),
    "product": Form(
        "product", lambda v: v[0] * v[1], "{0} × {1} = {=}",
        "相乘为{expected}，文中为{stated}",
        "the product is {expected}, the report says {stated}",
    ),
    "rise by change": Form(
        "change", lambda v: v[1] / (v[0] - v[1]), "{1} ÷ ({0} − {1}) = {=}",
        *_BY_CHANGE, ratio=True, cut=True,
    ),
    "fall by change": Form(
        "change", lambda v: v[1] / (v[0] + v[1]), "{1} ÷ ({0} + {1}) = {=}",
        *_BY_CHANGE, ratio=True, cut=True,
    ),
    "rise by levels": Form(
        "change", lambda v: v[1] / v[0] - _ONE, "{1} ÷ {0} − 1 = {=}",
        *_BY_LEVELS, ratio=True, cut=True,
    ),
    "fall by levels": Form(
        "change", lambda v: _ONE - v[1] / v[0], "1 − {1} ÷ {0} = {=}",
        *_BY_LEVELS, ratio=True, cut=True,
    ),
    "multiple": Form(
        "change", lambda v: v[1] / v[0], "{1} ÷ {0} = {=}",
        *_BY_LEVELS,
        ratio=True, cut=True,
    ),
    "difference": Form(
        "change", lambda v: v[0] - v[1], "{0} − {1} = {=}",
        "前后两数相差{expected}，文中为{stated}",
        "the two levels differ by {expected}, the report says {stated}",
    ),
    "repeat": Form(
        "repeat", lambda v: v[0], "{0} = {=}",
        "同一指标前后不一：{expected}和{stated}",
        "the same figure is given as {expected} and as {stated}",
    ),
    "limit": Form(
        "bound", lambda v: _at(Decimal(100)), "{=} ≤ 100%",
        "这种比率不能超过{expected}，文中为{stated}",
        "such a rate cannot exceed {expected}, the report says {stated}",
        sign="≤",
    ),
    "negative": Form(
        "bound", lambda v: _at(Decimal(0)), "{=} ≥ 0",
        "不能为负：{stated}",
        "it cannot be negative: {stated}",
        sign="≥",
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Equation:
    """That ``operands`` give ``result``.

    Attributes:
        form: A key of `FORMS`.
        result: The figure that the others should give.
        operands: In the order that the form wants.
        way: How it was found, a key of `verification.WAYS`.
        links: Product of the scores of the links that it rests on.
        times: How often each operand counts (each of two schools); () is once each.
    """

    form: str
    result: Term
    operands: tuple[Term, ...]
    way: str
    links: float = 1.0
    times: tuple[int, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return (self.result, *self.operands)

    def with_term(self, term: Term, other: Term) -> "Equation":
        """Return the equation with one figure in place of another."""
        result = other if self.result is term else self.result
        operands = tuple(other if t is term else t for t in self.operands)
        return replace(self, result=result, operands=operands)

    def written(self) -> str:
        """Return it in the words of the report: 7名 + 5名 = 12名."""
        words = [term.span.text for term in self.operands]
        times = self.times or (1,) * len(words)
        parts = [
            w if n == 1 else f"{w} × {n}" for w, n in zip(words, times, strict=True)
        ]
        fields = {"all": " + ".join(parts), "=": self.result.span.text}
        return FORMS[self.form].pattern.format(*words, **fields)


@dataclass(frozen=True)
class Check:
    """How an equation came out; ``expected`` in the unit of the result."""

    verdict: str
    expected: Decimal


def check(equation: Equation) -> Check | None:
    """Return whether an equation holds; None where it would divide by zero."""
    form, result = FORMS[equation.form], equation.result
    times = equation.times or (1,) * len(equation.operands)
    values = [
        (term.interval * _at(Decimal(n)), _at(Decimal(n) * _value(term)))
        for term, n in zip(equation.operands, times, strict=True)
    ]
    factor = FACTORS.get(str(result.figure.unit), Decimal(1)) if form.ratio else 1
    try:
        wide = form.compute([interval for interval, _ in values]) * _at(Decimal(factor))
        point = form.compute([value for _, value in values]).low * factor
    except ZeroDivisionError:
        return None
    slack = abs(point) * form.loose
    return Check(_verdict(form, result, wide.widened(slack), point), point)


def best(equations: Sequence[Equation]) -> Equation | None:
    """Return the first of several that does not fail, else the first; None of none.

    For where the words leave open which of several figures is meant.
    """
    for equation in equations:
        found = check(equation)
        if found is not None and found.verdict != CONTRADICTION:
            return equation
    return equations[0] if equations else None


def _value(term: Term) -> Decimal:
    return Decimal(0) if term.figure.value is None else term.figure.value


def _verdict(form: Form, result: Term, wide: Interval, point: Decimal) -> str:
    value, grain = _value(result), result.stated.grain
    if form.zeros and value:
        grain = max(grain, round_to(value))
    allowed = result.interval.widened(grain / 2) if form.cut else result.interval
    if form.sign == "=":
        exact, near = abs(point - value) <= grain / 2, wide.meets(allowed)
    elif form.sign == "≤":
        exact, near = value <= point, allowed.low <= wide.high
    else:
        exact, near = value >= point, allowed.high >= wide.low
    return CONSISTENT if exact else ROUNDING if near else CONTRADICTION
