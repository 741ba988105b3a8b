"""Rates: which two counts a rate is made of.

Read off the links where they say it (a part and its total, figures of the same thing),
off the words before the rate (占户籍人口的, 完成年度计划的) and off its name (合格率 is
of what was 合格, 资产负债率 of 负债 and 资产). The counts stand right before the rate
with no other rate between: further away a like word is mostly another thing.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from baoshu.equations import FACTORS, Equation, best
from baoshu.terms import Term, Terms, same_unit

# Name of a ratio, what stands above and what below the line.
_NAMED = [
    (re.compile(name), re.compile(over), re.compile(under))
    for name, over, under in (
        ("资产负债率", "负债", "资产"),
        ("药占比", "药品收入", "业务收入|医疗收入|总收入"),
        ("耗占比", "耗材收入", "业务收入|医疗收入|总收入"),
        ("税收(?:收入)?占比", "税收收入", "公共(?:财政)?预算收入|财政总?收入"),
        ("存贷比", "贷款", "存款"),
        ("医护比", "执业.*医师", "护士"),
        ("城镇化率", "城镇", "常住人口"),
        ("核减率|审减率", "核减|审减", "报审|送审"),
        ("执行率|支出率|支出进度|执行进度", "支出", "预算|安排|下达|到位|筹集"),
        ("支付率|拨付率", "支付|拨付", "下达|到位|安排"),
        ("到位率", "到位", "应(?:到位|配套)|计划(?:到位|投资)|总投资"),
        ("优良率|优良天数比[率例]", "优良天数", "监测天数|有效天数"),
    )
]
_SAID = r"(?:为|达到?|是|约为?|近|超过?|仅|升至|降至|占)*$"
_RATE_NAME = re.compile(
    rf"(?:^|[,;、(])(?P<stem>[^,;。、|()\d]{{2,14}}?)(?:率|面){_SAID}"
)
_SHARE = re.compile(rf"占(?P<whole>[^,;。占比]*?)(?:的(?:比[重例])?)?{_SAID}")
_BARE_SHARE = re.compile(rf"[,(]?(?:约?占比?|比重){_SAID}")
_GOAL_SHARE = re.compile(
    rf"(?:完成|占|为|达到?|是|相当于)(?P<goal>[^,;。占]*?)的{_SAID}"
)
_GOAL = re.compile(r"计划|目标|任务|预算|概算|总投资|合同价")
_ALL = re.compile(r"^(?:全[县市区省旗镇乡院国]|本年|其|总)|(?:总数|总量|总额|合计|数)$")
_PAST = re.compile(r"(?:由|从|上年|去年|同期|年初|上月|月末|季度)[^,;。]*$")
_SHARED = re.compile(r"分别|依次|均[^衡]|各")
_LISTED = re.compile(r"[、和及与]|以及")
_MORE = re.compile(r"追加|调增|调减")
_CONDITION = re.compile(r"(?:以[上下内])?的")  # 超过20%的有23种: what 23 are, no share
_NOT = re.compile(r"未|不(?!动产)|无(?!障碍)")


def rates(terms: Terms) -> Iterator[Equation]:
    """Yield that a rate is its numerator through its denominator."""
    for rate in terms.all:
        figure = rate.figure
        stated = rate.is_rate and not figure.change and not figure.planned
        if not stated or figure.unit not in FACTORS or figure.unit in ("pp", "×"):
            continue
        if figure.upper is not None or _PAST.search(rate.lead):
            continue
        if _CONDITION.match(rate.tail):
            continue
        for propose in (_goal, _share, _named, _stem):
            found = propose(terms, rate)
            if found is not None:
                yield found
                break


def _near(terms: Terms, rate: Term) -> list[Term]:
    """Return the counts before a rate with no other rate between, but for growth."""
    near: list[Term] = []
    for term in terms.before(rate):
        if rate.sentence - term.sentence > 1:
            break
        if term.is_rate and term.figure.change is None:
            break
        if term.is_level:
            near.append(term)
    return near


def _rate(
    rate: Term, part: Term, whole: Term | None, way: str, links: float = 1.0
) -> Equation | None:
    if whole is None or whole is part or not same_unit(part, whole):
        return None
    return Equation("rate", rate, (part, whole), way, links)


def _share(terms: Terms, rate: Term) -> Equation | None:
    """基本支出1365.82万元，占7.54%: a part by link or by place, and its whole."""
    said = _SHARE.search(rate.lead) or _SHARE.fullmatch(rate.indicator)
    levels = [t for t in terms.before(rate) if t.is_level]
    if not levels or "占" not in rate.lead + rate.indicator:
        return None
    whole = said["whole"] if said else ""
    named = [t for t in levels if t.names and t.names <= rate.names]
    beside = _BARE_SHARE.fullmatch(rate.lead) or (
        said and rate.lead[: said.start()] in ",("
    )
    if beside and levels[0].index == rate.index - 1:
        part, links = levels[0], 1.0
        if part.names and part.names < rate.names and len(rate.figure.measures) > 1:
            return None  # of all that are listed, and this is the last of them
    elif named and not whole:
        part = named[0]
        links = terms.sure(part, rate)
    else:
        return None
    if whole:
        total = _whole(part, whole, levels)
        links *= terms.sure(total) if total else 1.0
        return _rate(rate, part, total, "share of a name", links)
    return _share_of_total(terms, rate, part, links)


def _share_of_total(
    terms: Terms, rate: Term, part: Term, links: float
) -> Equation | None:
    """Return the equation with a total of a part, or the total of that, that fits.

    Shares of parts of parts are mostly of the whole: 60岁及以上1348.1万人，占23.0%，其中
    65岁及以上1002.6万人，占17.1%.
    """
    found = [
        _rate(rate, part, total, "share", links * sure)
        for total, sure in terms.totals(part)
    ]
    tried = [equation for equation in found if equation is not None]
    return best(tried)


def _whole(part: Term, words: str, levels: list[Term]) -> Term | None:
    """Return the greatest figure before that is called by a name."""
    core = _ALL.sub("", _ALL.sub("", words))
    if len(core) < 2 or _GOAL.search(core):
        return None
    called = [
        t for t in levels if t is not part and core in t.words and same_unit(t, part)
    ]
    whole = max(called, key=_value, default=None)
    return whole if whole is not None and _value(whole) >= _value(part) else None


def _goal(terms: Terms, rate: Term) -> Equation | None:
    """完成年度计划46.8亿元的94.2%, 占年度计划的81%: a result and what was planned."""
    levels = [t for t in terms.before(rate) if t.is_level]
    if not levels:
        return None
    last = levels[0]
    if last.index == rate.index - 1 and re.fullmatch(rf"[)]?的{_SAID}", rate.lead):
        done = levels[1] if len(levels) > 1 else None
        if done is None or done.index != last.index - 1 or not _GOAL.search(last.words):
            return None
        return _rate(rate, done, last, "goal beside")
    said = _GOAL_SHARE.search(rate.lead)
    if not said or not _GOAL.search(said["goal"]) or last.index != rate.index - 1:
        return None
    if rate.lead[: said.start()].strip(",("):
        return None
    goal = re.escape(said["goal"])  # not 预算 in the midst of 国有资本经营预算收入
    named = re.compile(rf"(?:^|\|){goal}|{goal}[数额]?(?:{_SAID}|\|)")
    goals = [t for t in levels[1:] if named.search(t.words)]
    goals.sort(key=lambda t: bool(t.figure.part_of))
    if not goals:
        return None
    return _rate(rate, last, goals[0], "goal by name", terms.sure(goals[0]))


def _named(terms: Terms, rate: Term) -> Equation | None:
    """资产总额…，负债总额…，资产负债率64%: a ratio known by its name."""
    near = _near(terms, rate)
    for name, over, under in _NAMED:
        if name.search(rate.lead):
            above = next((t for t in near if over.search(t.words)), None)
            if above is None or near.index(above) > 1:
                return None
            below = [
                t
                for t in near
                if t is not above and under.search(t.words) and same_unit(t, above)
            ]
            below.sort(key=lambda t: bool(t.figure.part_of))
            if below and _MORE.search(terms.between(below[0], above)):
                return None
            if not below:
                return None
            links = terms.sure(above, below[0])
            return _rate(rate, above, below[0], "named ratio", links)
    return None


def _stem(terms: Terms, rate: Term) -> Equation | None:
    """抽检318组，合格304组，合格率95.6%: 合格 stands with what is above the line."""
    said = _RATE_NAME.fullmatch(rate.lead)
    near = _near(terms, rate)
    if not said or not near or near[0].index != rate.index - 1:
        return None
    part, stem = near[0], said["stem"][-2:]
    if stem not in part.words or stem == "失业" or rate.figure.unit != "%":
        return None
    if _SHARED.search(rate.lead) or _LISTED.match(part.lead):
        return None
    if _NOT.search(part.lead) and not _NOT.search(said["stem"]):
        return None
    beside = next(iter(near[1:]), None)
    if beside is not None and (
        beside.index != part.index - 1 or beside.sentence != part.sentence
    ):
        beside = None
    whole, links = next(terms.totals(part), (beside, 1.0))
    if whole is None:
        return None
    if whole is beside:
        links = 1.0  # its place says as much as the link
    if "完成" in stem:
        goal = whole.figure.planned or _GOAL.search(whole.words)
        return _rate(rate, part, whole, "stem", links) if goal else None
    if _value(whole) < _value(part):
        return None
    return _rate(rate, part, whole, "stem", links)


def _value(term: Term) -> Decimal:
    return term.figure.value or Decimal(0)
