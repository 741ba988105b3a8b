"""Arithmetic of reports: passages with every kind of equation, intervals, time, files."""

import json
import random
import re
import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

import baoshu
from baoshu.annotations import blank, gold_doc
from baoshu.intervals import Interval, stated
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from baoshu.slips import meant
from baoshu.sums import _known_kinds
from baoshu.terms import Terms
from baoshu.verification import SURE, WAYS, contradictions, to_json
from conftest import ROOT

PASSAGES = re.findall(
    r"^== (\S+) (\S+)(?: (\S+))?\n(.+?)(?=\n\n|\n*\Z)",
    (ROOT / "tests" / "data" / "verify.txt").read_text("utf8"),
    re.S | re.M,
)
KINDS = {"sum", "part", "rate", "average", "product", "change", "repeat", "bound"}
CONTRADICTION = "contradiction"


NLP = blank()


def build(inline):
    annotated, problems = parse(inline)
    assert not problems
    return FigureNormalizer()(gold_doc(NLP, annotated))


def wrong(*docs):
    return [f for f in baoshu.verify(docs) if f.verdict == CONTRADICTION]


def test_every_kind_comes_out_every_way():
    assert len(PASSAGES) >= 40
    assert {kind for kind, *_ in PASSAGES} == KINDS
    assert {kind for kind, verdict, *_ in PASSAGES if verdict == CONTRADICTION} == KINDS


@pytest.mark.parametrize(("kind", "verdict", "fault", "inline"), PASSAGES)
def test_passage(kind, verdict, fault, inline):
    found = baoshu.verify(build(inline))
    expected = [f for f in found if (f.kind, f.verdict) == (kind, verdict)]
    assert expected
    assert not fault or expected[0].figures[0].text == fault
    assert [f for f in found if f.verdict == CONTRADICTION and f not in expected] == []


@pytest.mark.parametrize(
    ("text", "figure", "low", "high"),
    [
        ("投资4.35亿元", "4.35亿元", "434500000", "435500000"),
        ("约4.35亿元", "4.35亿元", "391500000", "478500000"),
        ("共96人", "96人", "96", "96"),
        ("4.87万人", "4.87万人", "48650", "48750"),
        ("3800余名", "3800余名", "3800", "3900"),
        ("近30万元", "30万元", "200000", "300000"),
        ("不到六成", "六成", "50", "60"),
        ("95%以上", "95%", "95", "190"),
        ("2-3名", "2-3名", "2", "3"),
        ("上百家", "百家", "90", "110"),
        ("三成多", "三成", "30", "40"),
        ("共3亿5000万元", "3亿5000万元", "349995000", "350005000"),
        ("１，２００万元", "１，２００万元", "11995000", "12005000"),
        ("百分之八点七", "百分之八点七", "8.65", "8.75"),
    ],
)
def test_what_words_leave_open(text, figure, low, high):
    label = "RATE" if "成" in text or "%" in text or "百分" in text else "MONEY"
    label = label if text[-1] not in "人名家" else "COUNT"
    doc = build(text.replace(figure, f"{{{label}|{figure}}}"))
    found = stated(doc._.figures[0], Terms(doc).text)
    assert (found.interval.low, found.interval.high) == (Decimal(low), Decimal(high))


ends = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)


@settings(deadline=None)
@given(
    st.tuples(ends, ends), st.tuples(ends, ends), st.fractions(0, 1), st.fractions(0, 1)
)
def test_interval_arithmetic_encloses(one, two, s, t):
    """Any value of one with any of the other lies in the result: exact fractions say."""
    x, y = (a + (b - a) * part for (a, b), part in ((one, s), (two, t)))
    a, b = (
        Interval(*(Decimal(e.numerator) / e.denominator for e in sorted(pair)))
        for pair in (one, two)
    )
    slack = Fraction(1, 10**18)
    results = [(a + b, x + y), (a - b, x - y), (a * b, x * y)]
    if b.low <= 0 <= b.high:
        with pytest.raises(ZeroDivisionError):
            _ = a / b
    else:
        results.append((a / b, x / y))
    for interval, exact in results:
        size = slack * (1 + abs(exact))
        assert Fraction(interval.low) - size <= exact <= Fraction(interval.high) + size


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 10**6), min_size=2, max_size=6),
    st.sampled_from(["家", "万元", "亿元", "%"]),
    st.booleans(),
)
def test_rounding_is_never_an_error(values, unit, closed):
    """Parts and total that are each rounded from exact ones do not contradict."""
    label = {"家": "COUNT", "%": "RATE"}.get(unit, "MONEY")
    exact = [Decimal(v) / 1000 for v in values]
    rounded = [round(v, 1) for v in exact] if unit != "家" else values
    total = round(sum(exact), 1) if unit != "家" else sum(values)
    names = "、".join(
        f"{{p{i} {label}|{v}{unit}|PART_OF:f}}" for i, v in enumerate(rounded)
    )
    rest = "其余" if closed else "其中"
    text = f"共{{f {label}|{total}{unit}}}，{rest}{names}。"
    assert wrong(build(text)) == []


@settings(deadline=None)
@given(st.integers(100, 99999), st.integers(100, 99999), st.integers(100, 99999))
def test_a_sum_that_is_off_is_an_error(a, b, total):
    assume(total != a + b)
    text = f"现有{{f COUNT|{total}家}}，其中公立{{a COUNT|{a}家|PART_OF:f}}、民营{{b COUNT|{b}家|PART_OF:f}}。"
    assert any(f.kind == "sum" and f.expected == a + b for f in wrong(build(text)))


def test_under_其中_a_list_need_not_be_whole():
    text = "{f COUNT|5283户}，其中企业{a COUNT|1361户|PART_OF:f}、农户{b COUNT|3702户|PART_OF:f}。"
    assert wrong(build(text)) == []
    # 3922 for 3902 fills the total, and so does 5263 for 5283: one digit, either way
    (found,) = wrong(build(text.replace("3702", "3902")))
    assert found.kind == "sum" and found.expected == 5263


def test_a_figure_in_two_equations_that_fail_is_the_one_at_fault():
    text = (
        "{i INDICATOR|支出合计}{f MONEY|18120.55万元|INDICATOR:i}，其中"
        "{a INDICATOR|基本支出}{p MONEY|1635.82万元|INDICATOR:a PART_OF:f}，{c INDICATOR|占}{r RATE|7.54%|INDICATOR:a,c}；"
        "{b INDICATOR|项目支出}{q MONEY|16754.73万元|INDICATOR:b PART_OF:f}，{e INDICATOR|占}{s RATE|92.46%|INDICATOR:b,e}。"
    )
    found = wrong(build(text))
    assert {f.kind for f in found} == {"sum", "rate"}
    assert {f.figures[0].text for f in found} == {"1635.82万元"}  # 1365.82 is meant


def test_brackets_within_brackets():
    text = "{f COUNT|7名}（甲{a COUNT|4名}（男{x COUNT|1名}、女{y COUNT|2名}）、乙{b COUNT|3名}）"
    found = wrong(build(text))
    assert [f.equation for f in found] == ["1名 + 2名 = 4名"]


def test_several_documents_are_one_collection():
    one = "{d DATE|2023年}，{l LOC|篁岭县}{i INDICATOR|常住人口}{f COUNT|38.52万人|INDICATOR:i SCOPE:l PERIOD:d}。"
    docs = [build(one), build(one.replace("38.52", "35.82"))]
    assert wrong(docs[0]) == wrong(docs[1]) == []
    (found,) = wrong(*docs)
    assert found.kind == "repeat"
    assert {span.doc for span in found.figures} == set(docs)
    places = {docs[0]: ("a.txt", 0), docs[1]: ("b.txt", 50)}
    row = json.loads(json.dumps(to_json(found, places)))
    assert {f["document"] for f in row["figures"]} == {"a.txt", "b.txt"}
    assert row["explanation"]["zh"] and row["explanation"]["en"]


DOUBTFUL = "{i INDICATOR|拨款}{f MONEY|500万元|INDICATOR:i}，其中{a MONEY|300万元|PART_OF:f}，其余{b MONEY|120万元|PART_OF:f}。"


@pytest.mark.parametrize(
    ("link", "span", "sure"),
    [(1, 1, True), (0.9, 0.99, True), (0.6, 1, False), (1, 0.4, False)],
)
def test_a_doubtful_link_or_span_makes_a_doubtful_finding(link, span, sure):
    doc = build(DOUBTFUL)
    doc._.links = tuple((*found[:5], link) for found in doc._.links)
    doc._.ent_scores = (span,) * len(doc.ents)
    findings = baoshu.verify(doc)
    (found,) = [f for f in findings if f.verdict == CONTRADICTION]
    assert found.confidence == pytest.approx(WAYS["rest"] * link**2 * span**3, abs=1e-4)
    assert (found.confidence >= SURE) == sure == (contradictions(findings) == [found])


def test_a_doubtful_link_is_no_doubt_where_the_place_says_the_same():
    doc = build(
        "抽检{a COUNT|318组}，合格{b COUNT|304组|PART_OF:a}，合格率{RATE|96.5%}。"
    )
    doc._.links = tuple((*found[:5], 0.6) for found in doc._.links)
    (found,) = contradictions(baoshu.verify(doc))
    assert found.kind == "rate" and found.confidence == WAYS["stem"]


def test_a_part_whose_link_was_missed_is_no_contradiction():
    text = DOUBTFUL.replace("120万元|PART_OF:f", "80万元|PART_OF:f")
    missed = text.replace("，其余", "、市级{MONEY|120万元}，其余")
    assert len(wrong(build(text))) == 1
    assert wrong(build(missed)) == []


@pytest.mark.parametrize(
    "inline",
    [
        "{i1 INDICATOR|财政收入}从{f1 MONEY|865亿元|INDICATOR:i1}增加到{f2 MONEY|1891亿元|INDICATOR:i1}，"
        "平均每年增加{f3 MONEY|205亿元|INDICATOR:i1 delta:up}。",
        "{i1 INDICATOR|新增岗位}{f1 COUNT|86万人|INDICATOR:i1}。市民{i2 INDICATOR|人均收入}{f2 MONEY|21350元|INDICATOR:i2}，"
        "村民{i3 INDICATOR|人均收入}{f3 MONEY|9120元|INDICATOR:i3}。",
        "{d1 DATE|四年}年均{i1 INDICATOR|超收}{f1 MONEY|204亿元|INDICATOR:i1 PERIOD:d1}，其中{d2 DATE|去年}"
        "{i2 INDICATOR|超收}{f2 MONEY|257亿元|INDICATOR:i2 PERIOD:d2 PART_OF:f1}。",
        "{i1 INDICATOR|化验}量达到每千人{f1 COUNT|5.2批次|INDICATOR:i1}，其中{i2 INDICATOR|送检}"
        "{f2 COUNT|3万批次|INDICATOR:i2 PART_OF:f1}。",
    ],
)
def test_an_average_is_neither_a_total_nor_a_change(inline):
    assert wrong(build(inline)) == []


def test_what_members_must_reach_is_no_share_of_them():
    text = (
        "名录里有{t ITEM|苗木}{f COUNT|86种|MEASURES:t}，{i INDICATOR|占比}超过{RATE|5%|MEASURES:t INDICATOR:i}的有"
        "{COUNT|40种|MEASURES:t PART_OF:f}、超过{RATE|10%|MEASURES:t INDICATOR:i}的有{COUNT|21种|MEASURES:t PART_OF:f}。"
    )
    assert wrong(build(text)) == []
    assert wrong(build(text.replace("的有", "，另有"))) != []


@pytest.mark.parametrize(
    "inline", ["", "没有数字。", "共有{COUNT|12家}。", "{COUNT|数十家}"]
)
def test_nothing_to_check(inline):
    assert baoshu.verify(build(inline)) == []
    assert baoshu.verify([]) == []


def test_findings_are_plain_and_sound():
    for _, _, _, inline in PASSAGES:
        for found in baoshu.verify(build(inline)):
            assert found.kind in KINDS and 0 < found.confidence <= 1
            assert all(isinstance(span, Span) for span in found.figures)
            assert all(span.text in found.equation for span in found.figures)
            assert isinstance(found.expected, Decimal) and isinstance(
                found.stated, Decimal
            )
            assert "\n" not in "".join(found.explanation)


def test_a_slip_is_a_digit_or_an_exchange():
    """Against all numerals of three digits, tried one by one."""
    doc = build("共{COUNT|427家}")
    (term,) = Terms(doc).all

    def near(other):
        pairs = list(zip("427", other, strict=True))
        differ = [i for i, (a, b) in enumerate(pairs) if a != b]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1
        swapped = swapped and pairs[differ[0]] == pairs[differ[1]][::-1]
        return len(differ) == 1 or swapped

    expected = {n for n in range(1, 1000) if near(f"{n:03}")}
    found = {int(v) for v in meant(term) if v == int(v) and v < 1000}
    assert found - {42} == expected  # 42.7 and 4270 have the point elsewhere


def test_data_are_of_use():
    assert all(0.5 < share <= 1 for share in WAYS.values())
    kinds = _known_kinds()
    assert len(kinds) > 50 and all(len(k) > 1 for k in kinds)


def paragraph(n):
    """Return one paragraph of n figures, every other of them a part of the first.

    Written by hand: the normaliser takes longer to read so many than verify to check.
    """
    random.seed(1)
    values = [99_999_999, *(random.randint(1, 999) for _ in range(n - 1))]
    names = ("甲", "乙", "丙占", "丁，增长", "戊")
    words = [w for i, v in enumerate(values) for w in (f"、{names[i % 5]}", f"{v}家")]
    doc = Doc(NLP.vocab, words=words, spaces=[False] * len(words))
    doc.ents = [Span(doc, i, i + 1, "COUNT") for i in range(1, len(words), 2)]
    places = [(ent.start_char, ent.end_char) for ent in doc.ents]
    doc._.quantities = tuple(
        (*place, str(v), None, "家", False, None, None)
        for place, v in zip(places, values, strict=True)
    )
    doc._.marks = tuple((*place, False, None, 1.0) for place in places)
    doc._.links = tuple((*p, *places[0], "PART_OF", 1.0) for p in places[1::2])
    return doc


def test_time_grows_with_the_number_of_figures():
    def seconds(n):
        doc = paragraph(n)
        began = time.process_time()
        assert len(baoshu.verify(doc)) >= n // 2
        return time.process_time() - began

    seconds(500)  # what is read in once
    few, many = seconds(5_000), seconds(50_000)
    assert many < 20 * few + 1


def run_cli(*args):
    from test_cli import baoshu as command

    return command("verify", *args)


def test_the_command_says_what_is_wrong(tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("全县抽检样品318组，合格304组，合格率95.6%。\n", "utf8")
    bad.write_text("全县抽检样品318组，合格304组，合格率96.5%。\n", "utf8")
    assert run_cli(good)[0] == 0
    code, out, err = run_cli(good, bad)
    assert code == 2 and "304组 ÷ 318组 = 96.5%" in out and "bad.txt" in out
    assert "1 contradiction in" in err
    code, out, err = run_cli(bad, tmp_path / "absent.txt", "--all", "-f", "jsonl")
    assert code == 1 and "absent.txt" in err
    rows = [json.loads(line) for line in out.splitlines()]
    (row,) = [r for r in rows if r["verdict"] == CONTRADICTION]
    text = bad.read_text("utf8")
    for figure in row["figures"]:
        assert text[figure["start"] : figure["end"]] == figure["text"]
    assert run_cli(good, "-f", "csv")[0] == 1
