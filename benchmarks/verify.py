"""How many planted errors `baoshu.verify` finds, and what it says of untouched reports.

    python benchmarks/verify.py annotations/train annotations/dev

One figure of a report is changed the way a writer slips: a digit wrong, two digits
changed over, a digit lost, 万 for 亿, or another number altogether. Three tables:

1. untouched reports: equations by the way they are found and how they come out, and
   every contradiction, to be read by hand (benchmarks/verify-read.tsv has what a reader
   found);
2. errors planted in a figure of an equation that holds, in reports without a
   contradiction: found where a contradiction names the figure, false where it does not;
3. errors planted in any figure at all: which share any equation can find.

The equations that hold are those that verify itself tries, lists that add up among
them; the third table says how much it does not try. All runs on gold annotations.
"""

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
from baoshu.equations import CONTRADICTION, FORMS, check
from baoshu.labels import FIGURE_LABELS
from baoshu.markup import Annotated, Mention
from baoshu.normalize import parse_figure
from baoshu.normalizer import FigureNormalizer
from baoshu.slips import corrected
from baoshu.terms import Term
from baoshu.verification import Finding, equations, verify

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


def broken(
    terms: dict[tuple[int, int], Term],
    where: tuple[int, int],
    planted: Planted,
    held: list,
) -> str:
    """Return the kind of an equation that the slip breaks, "" where it breaks none."""
    value = parse_figure(planted.doc.text, *planted.place).value
    if value is None:
        return ""
    for equation in held:
        other = corrected(terms[where], value)
        found = check(equation.with_term(terms[where], other))
        if found is not None and found.verdict == CONTRADICTION:
            return FORMS[equation.form].kind
    return ""


def contradictions(doc: Doc) -> list[Finding]:
    return [f for f in verify(doc) if f.verdict == CONTRADICTION]


def names(finding: Finding, place: tuple[int, int]) -> bool:
    return any((s.start_char, s.end_char) == place for s in finding.figures)


def untouched(corpus: list[Report]) -> list[Report]:
    """Print the first table and return the reports without a contradiction."""
    ways: dict[str, Counter[str]] = defaultdict(Counter)
    clean = []
    for report in corpus:
        for equation, found in equations([report.doc]):
            ways[f"{FORMS[equation.form].kind}: {equation.way}"][found.verdict] += 1
        found = contradictions(report.doc)
        for finding in found:
            print(
                "contradiction",
                report.name,
                finding.equation,
                finding.explanation.zh,
                sep="\t",
            )
        if not found:
            clean.append(report)
    print(f"\n{len(corpus)} untouched reports, {len(clean)} without a contradiction\n")
    print(
        "| equation | consistent | rounding | contradiction |\n| --- | --- | --- | --- |"
    )
    for way, count in sorted(ways.items()):
        print(
            f"| {way} |",
            " | ".join(
                str(count[v]) for v in ("consistent", "rounding", CONTRADICTION)
            ),
            "|",
        )
    return clean


def in_equations(clean: list[Report], rng: random.Random, nlp: Language) -> None:
    """Plant errors in figures of equations that hold and print the second table."""
    places = []
    for report in clean:
        held = [
            e
            for e, found in equations([report.doc])
            if found.verdict != CONTRADICTION and FORMS[e.form].sign == "="
        ]
        terms = {(t.span.start_char, t.span.end_char): t for e in held for t in e.terms}
        index = {(m.start, m.end): i for i, m in enumerate(report.annotated.mentions)}
        for where, term in terms.items():
            mine = [e for e in held if any(t is term for t in e.terms)]
            places.append((report, index[where], where, terms, mine))
    rng.shuffle(places)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    false = 0
    for report, i, where, terms, mine in places:
        if table["all"]["planted"] == PLANTED:
            break
        planted = plant(report, i, rng, nlp)
        kind = planted and broken(terms, where, planted, mine)
        if not planted or not kind:
            continue
        found = contradictions(planted.doc)
        hits = [f for f in found if names(f, planted.place)]
        first = any(
            (s := f.figures[0]).start_char == planted.place[0] and s for f in hits
        )
        false += len(found) - len(hits)
        for row in ("all", f"slip: {planted.slip}", f"equation: {kind}"):
            table[row].update(
                planted=1,
                found=bool(hits),
                first=first,
                reported=len(found),
                right=len(hits),
            )
    print(
        f"\n{len(places)} figures stand in equations that hold; errors planted in {PLANTED} of them\n"
    )
    print_table(table)
    print(f"\ncontradictions that do not name the planted figure: {false}")


def anywhere(clean: list[Report], rng: random.Random, nlp: Language) -> None:
    """Plant errors in any figure and print the third table."""
    places = [
        (report, i)
        for report in clean
        for i, m in enumerate(report.annotated.mentions)
        if m.label in FIGURE_LABELS
    ]
    rng.shuffle(places)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for report, i in places:
        if table["all"]["planted"] == PLANTED:
            break
        planted = plant(report, i, rng, nlp)
        if not planted:
            continue
        mention = report.annotated.mentions[i]
        tried = [
            e
            for e, _ in equations([report.doc])
            if any(t.span.start_char == mention.start for t in e.terms)
        ]
        equal = any(FORMS[e.form].sign == "=" for e in tried)
        found = contradictions(planted.doc)
        hits = [f for f in found if names(f, planted.place)]
        first = any(f.figures[0].start_char == planted.place[0] for f in hits)
        group = (
            "in an equation" if equal else "in a bound only" if tried else "in neither"
        )
        for row in ("all", group):
            table[row].update(
                planted=1,
                found=bool(hits),
                first=first,
                reported=len(found),
                right=len(hits),
            )
    print(
        f"\nerrors planted in {PLANTED} figures of {len(places)}, whatever they stand in\n"
    )
    print_table(table)


def print_table(table: dict[str, Counter[str]]) -> None:
    print("| | planted | found | at fault first | contradictions | that name it |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row, count in sorted(table.items()):
        n = count["planted"]
        shares = [f"{count[key]} ({count[key] / n:.2f})" for key in ("found", "first")]
        print(
            f"| {row} | {n} |",
            " | ".join(shares),
            f"| {count['reported']} | {count['right']} |",
        )


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    nlp, rng = blank(), random.Random(SEED)
    corpus = list(reports(folders, nlp))
    clean = untouched(corpus)
    in_equations(clean, rng, nlp)
    anywhere(clean, rng, nlp)


if __name__ == "__main__":
    main()
