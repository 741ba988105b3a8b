"""Who reads which form of a figure right: this library, cn2an, JioNLP, Recognizers-Text.

    pip install jionlp recognizers-text-suite "emoji<2"    # beside baoshu
    python benchmarks/values.py

Every reader gets the words of the figure alone, and is right when it gives the value
(for a range both ends); units are not asked for, and rows whose right answer is "no
number" count as right where a reader gives none. Of several ways that a peer has, any
that is right counts. The rows were written with this library's forms in mind: they say
which forms others leave out, not how often reports use them.
"""

import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path

ROWS = Path(__file__).parents[1] / "tests" / "data" / "figures.jsonl"
ALONE = ("context", "change", "shared")  # these need the words around the figure
Answer = tuple[Decimal, ...]


def numbers(*found: object) -> Answer:
    out = []
    for number in found:
        try:
            out.append(Decimal(str(number)))
        except InvalidOperation:
            return ()
    return tuple(out)


def baoshu() -> Callable[[str], list[Answer]]:
    from baoshu import parse_figure

    def read(words: str) -> list[Answer]:
        found = parse_figure(words, 0, len(words))
        ends = (found.value, found.upper)
        return [numbers(*(end for end in ends if end is not None))]

    return read


def cn2an() -> Callable[[str], list[Answer]]:
    import cn2an as library

    numeral = re.compile(
        r"[\d.〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟点百分之]+"
    )

    def read(words: str) -> list[Answer]:
        found = numeral.match(words)
        answers = []
        if found:
            with contextlib.suppress(ValueError):
                answers.append(numbers(library.cn2an(found.group(), "smart")))
            transformed = library.transform(words, "cn2an")
            answers.append(numbers(*re.findall(r"-?\d+(?:\.\d+)?", transformed)))
        return answers

    return read


def jionlp() -> Callable[[str], list[Answer]]:
    import jionlp as library

    def read(words: str) -> list[Answer]:
        try:
            found = library.parse_money(words)["num"]
        except Exception:  # its own way to say no
            return []
        ends = found if isinstance(found, list) else [found]
        return [numbers(*ends), numbers(ends[0])]

    return read


def recognizers() -> Callable[[str], list[Answer]]:
    from recognizers_number import Culture, recognize_number, recognize_percentage
    from recognizers_number_with_unit import recognize_currency, recognize_dimension

    ways = (
        recognize_currency,
        recognize_percentage,
        recognize_dimension,
        recognize_number,
    )

    def read(words: str) -> list[Answer]:
        answers = []
        for way in ways:
            found = way(words, Culture.Chinese)
            values = [
                str((r.resolution or {}).get("value") or "").rstrip("%") for r in found
            ]
            answers.append(numbers(*(v for v in values if v)))
        return answers

    return read


def right(row: dict, answers: list[Answer]) -> bool:
    expected = numbers(*(row[end] for end in ("value", "upper") if row.get(end)))
    given = [answer for answer in answers if answer]
    if not expected:
        return not given
    close = Decimal("1e-9")
    return any(
        len(answer) == len(expected)
        and all(
            abs(a - e) <= abs(e) * close for a, e in zip(answer, expected, strict=True)
        )
        for answer in given
    )


def main() -> None:
    rows = [json.loads(line) for line in ROWS.read_text("utf8").splitlines()]
    readers = {}
    for reader in (baoshu, cn2an, jionlp, recognizers):
        try:
            readers[reader.__name__] = reader()
        except ImportError as error:
            print(f"{reader.__name__}: not installed ({error.name})")
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        if row["group"] not in ALONE:
            groups[row["group"]].append(row)
    print("| form | rows |", " | ".join(readers), "|")
    print("| --- " * (2 + len(readers)) + "|")
    for group, members in groups.items():
        words = [row["text"][row["start"] : row["end"]] for row in members]
        scores = [
            sum(right(row, read(w)) for row, w in zip(members, words, strict=True))
            for read in readers.values()
        ]
        print(f"| {group} | {len(members)} |", " | ".join(map(str, scores)), "|")


if __name__ == "__main__":
    main()
