"""How many planted errors `baoshu.verify` finds, and what it says of untouched reports.

    python benchmarks/verify.py annotations/train annotations/dev

One figure of a report is changed the way a writer slips: a digit wrong, two digits
changed over, a digit lost, 万 for 亿, or another number altogether. Three tables:

1. untouched reports: equations by the way they are found and how they come out, and
   every contradiction, with what a reader found of it (benchmarks/verify-read.tsv);
2. errors planted in a figure of an equation that holds, by more than rounding leaves
   open: found where a contradiction names the figure, false where one does not;
3. errors planted in any figure at all, however small: which share stands in an equation.

The equations that hold are those that verify itself tries, so the second table says what
becomes of an error in them, the third how much verify does not try. A contradiction that
the untouched report gives too counts as false in all tables, unless the reader found it
real. All runs on gold annotations.
"""

import csv
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from baoshu.annotations import blank, files, gold_doc, read
from baoshu.equations import (
    CONSISTENT,
    CONTRADICTION,
    FORMS,
    ROUNDING,
    Equation,
    check,
)
from baoshu.labels import FIGURE_LABELS
from baoshu.markup import Annotated, Mention
from baoshu.normalize import parse_figure
from baoshu.normalizer import FigureNormalizer
from baoshu.slips import corrected
from baoshu.terms import Term
from baoshu.verification import Finding, contradictions, equations, verify

READ = Path(__file__).with_name("verify-read.tsv")
PLANTED = 300
SEED = 8
_DIGITS = re.compile(r"[0-9０-９]")


@dataclass(frozen=True)
class Report:
    name: str
    annotated: Annotated
    doc: Doc


@dataclass(frozen=True)
class Planted:
    """A report with one figure changed: which, how, and where it now stands."""

    doc: Doc
    slip: str
    place: tuple[int, int]


def reports(folders: list[Path], nlp: Language) -> Iterator[Report]:
    for folder in folders:
        for path in files(folder):
            annotated = read(path)[0]
            yield Report(path.stem, annotated, build(nlp, annotated))


def build(nlp: Language, annotated: Annotated) -> Doc:
    return FigureNormalizer()(gold_doc(nlp, annotated))


def slips(words: str, rng: random.Random) -> dict[str, str]:
    """Return the words of a figure with one slip of each kind that they allow."""
    at = [m.start() for m in _DIGITS.finditer(words)]
    out: dict[str, str] = {}
    if not at:
        return out
    i = rng.choice(at)
    other = rng.choice([d for d in "123456789" if d != words[i]])
    out["digit"] = words[:i] + other + words[i + 1 :]
    pairs = [(a, b) for a, b in pairwise(at) if words[a] != words[b]]
    if pairs:
        a, b = rng.choice(pairs)
        out["swap"] = (
            words[:a] + words[b] + words[a + 1 : b] + words[a] + words[b + 1 :]
        )
    whole = [a for a in at if "." not in words[:a]]
    if len(whole) > 1:
        i = rng.choice(whole)
        out["lost"] = words[:i] + words[i + 1 :]
    for scale, wrong in (("万", "亿"), ("亿", "万"), ("萬", "億"), ("億", "萬")):
        if scale in words:
            out["scale"] = words.replace(scale, wrong)
    new = iter([rng.choice("123456789") for _ in at])
    out["another"] = _DIGITS.sub(lambda _: next(new), words)
    return {
        kind: text
        for kind, text in out.items()
        if text != words and text[0] not in ",.0"
    }


def changed(annotated: Annotated, index: int, words: str) -> Annotated:
    """Return a report with the words of one mention changed, all behind it moved."""
    old = annotated.mentions[index]
    by = len(words) - (old.end - old.start)
    mentions = [
        Mention(
            m.start + by * (m.start > old.start),
            m.end + by * (m.start >= old.start),
            m.label,
            m.id,
        )
        for m in annotated.mentions
    ]
    text = annotated.text[: old.start] + words + annotated.text[old.end :]
    return replace(annotated, text=text, mentions=tuple(mentions))


def plant(
    report: Report, index: int, rng: random.Random, nlp: Language
) -> Planted | None:
    """Return the report with a slip in one figure, or None where there is none to make."""
    mention = report.annotated.mentions[index]
    found = slips(report.annotated.surface(mention), rng)
    if not found:
        return None
    slip = rng.choice(sorted(found))
    annotated = changed(report.annotated, index, found[slip])
    there = annotated.mentions[index]
    return Planted(build(nlp, annotated), slip, (there.start, there.end))


def broken(term: Term, planted: Planted, held: list[Equation]) -> str:
    """Return the kind of an equation that the slip breaks, "" where it breaks none."""
    value = parse_figure(planted.doc.text, *planted.place).value
    if value is None:
        return ""
    other = corrected(term, value)
    for equation in held:
        found = check(equation.with_term(term, other))
        if found is not None and found.verdict == CONTRADICTION:
            return FORMS[equation.form].kind
    return ""


def wrong(doc: Doc) -> list[Finding]:
    return contradictions(verify(doc))


def names(finding: Finding, place: tuple[int, int]) -> bool:
    return any((s.start_char, s.end_char) == place for s in finding.figures)


def readings() -> dict[tuple[str, str], tuple[str, str]]:
    """Return what a reader found of contradictions, by report and equation."""
    with READ.open(encoding="utf8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {(r["report"], r["equation"]): (r["is"], r["why"]) for r in rows}


def untouched(corpus: list[Report]) -> None:
    """Print the first table."""
    ways: dict[str, Counter[str]] = defaultdict(Counter)
    read_as: Counter[str] = Counter()
    known = readings()
    for report in corpus:
        for equation, found in equations([report.doc]):
            ways[f"{FORMS[equation.form].kind}: {equation.way}"][found.verdict] += 1
        for finding in wrong(report.doc):
            verdict, why = known.get((report.name, finding.equation), ("unread", ""))
            read_as[verdict] += 1
            print(report.name, finding.equation, verdict, why, sep="\t")
    said = ", ".join(f"{n} {verdict}" for verdict, n in read_as.items()) or "none"
    print(f"\n{len(corpus)} untouched reports; contradictions: {said}\n")
    print("| equation | consistent | rounding | contradiction |")
    print("| --- | --- | --- | --- |")
    for way, count in sorted(ways.items()):
        verdicts = (CONSISTENT, ROUNDING, CONTRADICTION)
        print(f"| {way} |", " | ".join(str(count[v]) for v in verdicts), "|")


class Tally:
    """A table of planted errors: found, at fault first, contradictions, right ones."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, planted: Planted, *rows: str) -> None:
        found = wrong(planted.doc)
        hits = [f for f in found if names(f, planted.place)]
        first = any(f.figures[0].start_char == planted.place[0] for f in hits)
        for row in ("all", *rows):
            self.rows[row].update(
                planted=1,
                found=int(bool(hits)),
                first=int(first),
                reported=len(found),
                right=len(hits),
            )

    def full(self) -> bool:
        return self.rows["all"]["planted"] == PLANTED

    def show(self) -> None:
        print("| | planted | found | at fault first | contradictions | that name it |")
        print("| --- | --- | --- | --- | --- | --- |")
        for row, count in sorted(self.rows.items()):
            n = count["planted"]
            shares = [f"{count[k]} ({count[k] / n:.2f})" for k in ("found", "first")]
            reported, right = count["reported"], count["right"]
            share = f"{right} ({right / reported:.2f})" if reported else "0"
            print(f"| {row} | {n} |", " | ".join(shares), f"| {reported} | {share} |")


def in_equations(corpus: list[Report], rng: random.Random, nlp: Language) -> None:
    """Plant errors in figures of equations that hold and print the second table."""
    places = []
    for report in corpus:
        held = [
            e
            for e, found in equations([report.doc])
            if found.verdict != CONTRADICTION and FORMS[e.form].sign == "="
        ]
        terms = {(t.span.start_char, t.span.end_char): t for e in held for t in e.terms}
        index = {(m.start, m.end): i for i, m in enumerate(report.annotated.mentions)}
        for where, term in terms.items():
            mine = [e for e in held if any(t is term for t in e.terms)]
            places.append((report, index[where], term, mine))
    rng.shuffle(places)
    tally, too_small = Tally(), 0
    for report, i, term, mine in places:
        if tally.full():
            break
        planted = plant(report, i, rng, nlp)
        if planted is None:
            continue
        kind = broken(term, planted, mine)
        if kind:
            tally.add(planted, f"slip: {planted.slip}", f"equation: {kind}")
        else:
            too_small += 1
    print(f"\n{len(places)} figures stand in equations that hold; errors planted in")
    print(f"{PLANTED}; {too_small} more were within what rounding leaves open\n")
    tally.show()


def anywhere(corpus: list[Report], rng: random.Random, nlp: Language) -> None:
    """Plant errors in any figure and print the third table."""
    places = [
        (report, i)
        for report in corpus
        for i, m in enumerate(report.annotated.mentions)
        if m.label in FIGURE_LABELS
    ]
    rng.shuffle(places)
    tally = Tally()
    for report, i in places:
        if tally.full():
            break
        planted = plant(report, i, rng, nlp)
        if planted is None:
            continue
        start = report.annotated.mentions[i].start
        signs = {
            FORMS[e.form].sign
            for e, _ in equations([report.doc])
            if any(t.span.start_char == start for t in e.terms)
        }
        group = "in an equation" if "=" in signs else "in a bound only"
        tally.add(planted, group if signs else "in neither")
    print(f"\nerrors planted in {PLANTED} figures of {len(places)}, in whatever\n")
    tally.show()


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    nlp, rng = blank(), random.Random(SEED)
    corpus = list(reports(folders, nlp))
    untouched(corpus)
    in_equations(corpus, rng, nlp)
    anywhere(corpus, rng, nlp)


if __name__ == "__main__":
    main()
