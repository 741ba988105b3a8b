"""Averages and products: so much each, so many, so much in all.

户均3000元 of 138.9万元 for 463户; 每例补助680元 for 212例, 共计144,160元; beds for each
thousand people, births and deaths for each thousand.
"""

import re
from collections.abc import Iterator

from baoshu.equations import Equation, best
from baoshu.terms import Term, Terms, same_unit

# Whom an average is for, and the counting words of them.
_PEOPLE = "人 名 位 人次 例"
_PER = {
    "户": "户 家", "人": _PEOPLE, "名": _PEOPLE, "例": "例 人 名", "次": "次 人次 例 户次", "家": "家 户 个",
    "企": "家 户", "校": "所", "所": "所 个", "村": "个", "亩": "亩", "套": "套", "个": "个 所 家 处", "件": "件 起",
    "台": "台", "座": "座 处", "辆": "辆", "头": "头", "公里": "km", "平方米": "m2", "床": "张", "张": "张",
    "棵": "棵 株", "场": "场", "期": "期", "项": "项 个", "份": "份",
}  # fmt: skip
_UNIT = "|".join(sorted(_PER, key=len, reverse=True))
_MEAN = re.compile(
    rf"(?:(?P<per>{_UNIT})均|平均每(?:一)?(?P<each>{_UNIT}))(?P<what>[^,;。、]{{0,8}})$"
)
_EACH = re.compile(rf"每(?:一)?(?P<each>{_UNIT})[^,;。、]{{0,8}}$")
_EVERY = re.compile(r"每[年月天日周季次]|[月日年周]均")
_SAID = re.compile(r"标准|水平|金额|约|近|达到?|为|仅|不足|不到|超过?|的|有")
_IN_ALL = re.compile(r"(?:共计|合计|总计|共|总额|总金额|折合)[^,;。、每]{0,8}$")
# Money that comes in is not what is given out: 接受捐赠2157万元，救助1894名，人均资助9200元.
_COMES_IN = re.compile(r"接受|捐赠|募集|募得|筹集|筹措|争取|下达|到位")
_LISTED = re.compile(r"[、和及与]|以及|分别|各")
_THOUSAND = re.compile(
    r"每(?P<ten>[千万])(?:名)?(?:常住|户籍)?(?:人口|居民|人)(?!口?老)"
)
_POPULATION = re.compile(r"(?:常住|户籍|总)人口$")


def averages(terms: Terms) -> Iterator[Equation]:
    """Yield that so many times so much is what is given in all."""
    people = [t for t in terms.all if _is_population(t)]
    for term in terms.all:
        figure = term.figure
        if figure.planned or figure.change or figure.upper is not None:
            continue
        if figure.unit == "‰":
            yield from _vital(terms, term, people)
        elif not term.is_rate:
            yield from _mean(terms, term)
            yield from _product(terms, term)
            yield from _per_thousand(terms, term, people)


def _mean(terms: Terms, mean: Term) -> Iterator[Equation]:
    """发放补贴资金138.9万元，户均3000元 for 463户, the two before it in one sentence."""
    said = _MEAN.search(mean.lead)
    near = list(terms.before(mean, 2))
    if not said or _EVERY.search(mean.lead) or len(near) < 2:
        return
    units = _PER[said["per"] or said["each"]].split()
    for count, total in (near, near[::-1]):
        listed = _LISTED.match(count.lead) is not None
        whole, links = (
            next(terms.totals(count), (count, 1.0)) if listed else (count, 1.0)
        )
        if whole.figure.unit not in units or not total.is_level:
            continue
        if total.sentence != mean.sentence or total.figure.label != mean.figure.label:
            continue
        if not same_unit(total, mean) or not count.is_level:
            continue
        if ";" in terms.between(near[1], mean) or (listed and whole is count):
            continue
        if _COMES_IN.search(total.words) or total.is_mean:
            continue
        what = _SAID.sub("", said["what"])
        if what and what[-1] not in total.words + count.words:
            continue
        yield Equation("average", mean, (total, whole), "mean", links)
        return


def _product(terms: Terms, total: Term) -> Iterator[Equation]:
    """212例，每例补助680元，共计144,160元: three figures in a row."""
    near = list(terms.before(total, 2))
    if len(near) < 2 or not _IN_ALL.search(total.lead):
        return
    each, count = near
    said = _EACH.search(each.lead) or _MEAN.search(each.lead)
    if not said or _EVERY.search(each.lead) or count.sentence != total.sentence:
        return
    unit = said.groupdict().get("per") or said["each"]
    if not each.is_level or not same_unit(each, total) or each.figure.upper is not None:
        return
    if count.figure.unit in _PER[unit].split():
        yield Equation("product", total, (count, each), "in all")


def _is_population(term: Term) -> bool:
    figure = term.figure
    if figure.change or figure.planned or figure.part_of:
        return False
    if figure.unit not in ("人", "名"):
        return False
    if not all(_POPULATION.search(span.text) for span in figure.indicators):
        return False  # 签约常住人口13.8万人 are those of it who signed
    named = (*figure.measures, *figure.indicators)
    return any(_POPULATION.search(span.text) for span in named)


def _per_thousand(terms: Terms, rate: Term, people: list[Term]) -> Iterator[Equation]:
    """床位2315张，每千常住人口拥有床位5.79张: by the population the report gives."""
    said = _THOUSAND.search(rate.lead)
    if not said or not people:
        return
    scale = 1000 if said["ten"] == "千" else 10_000
    for stock in terms.before(rate, 4):
        same = stock.names & rate.names and stock.sentence == rate.sentence
        if same and stock.is_level and stock.figure.unit == rate.figure.unit:
            form = "per thousand" if scale == 1000 else "per ten thousand"
            yield from _by_population(terms, form, rate, stock, people, "per thousand")
            return


def _vital(terms: Terms, rate: Term, people: list[Term]) -> Iterator[Equation]:
    """Births or deaths and their rate; births less deaths and natural growth."""
    near = list(terms.before(rate, 6))
    if "自然增长率" in rate.words:
        births = next((t for t in near if "出生率" in t.words), None)
        deaths = next((t for t in near if "死亡率" in t.words), None)
        if births and deaths and births.figure.unit == deaths.figure.unit == "‰":
            links = terms.sure(rate, births, deaths)
            yield Equation("natural growth", rate, (births, deaths), "vital", links)
        return
    count = near[0] if near else None
    if count is None or not count.is_level or count.figure.unit not in ("人", "名"):
        return
    if any(f"{w}率" in rate.words and w in count.words for w in ("出生", "死亡")):
        yield from _by_population(terms, "vital rate", rate, count, people, "vital")


def _by_population(
    terms: Terms, form: str, rate: Term, count: Term, people: list[Term], way: str
) -> Iterator[Equation]:
    """Yield the equation with the population that fits, of those given."""
    found = best(
        [
            Equation(form, rate, (count, number), way, terms.sure(rate, count, number))
            for number in people[:3]
        ]
    )
    if found is not None:
        yield found
