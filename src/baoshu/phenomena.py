"""What an annotated report holds of the things that make figures hard to link.

Counted from the annotations, for the quotas and the data sheet of the corpus.
"""

import re
from collections import Counter

from baoshu.chars import SENTENCE_ENDS, simplified, simplify
from baoshu.labels import CHANGES, FIGURE_LABELS, PLAN
from baoshu.markup import Annotated, Mention

_SENTENCE = re.compile(rf"[{SENTENCE_ENDS}\n]")
_DISTRIBUTION = re.compile(r"分别|各(?![种项类级地位界族部自方])|均(?![价等衡可])")
_REACH = 60  # characters before a figure in which a word distributes it
LONG_PARAGRAPH = 1500


def phenomena(annotated: Annotated) -> Counter[str]:
    """Return of one document the number of figures, links, and figures that are

    ``distribution`` (under 分别, 各, 均 in their sentence), ``part`` (PART_OF),
    ``cross_sentence`` (a link leaves the sentence), ``plan``, ``delta``,
    ``no_indicator``, ``three_or_more`` (in their sentence).
    """
    count: Counter[str] = Counter(links=len(annotated.links))
    sentence = _sentences(annotated.text)
    figures = [i for i, m in enumerate(annotated.mentions) if m.label in FIGURE_LABELS]
    crowd = Counter(sentence[annotated.mentions[i].start] for i in figures)
    for i in figures:
        figure = annotated.mentions[i]
        here = sentence[figure.start]
        links = [link for link in annotated.links if link.figure == i]
        labels = {link.label for link in links}
        heads = [annotated.mentions[link.head].start for link in links]
        flags = annotated.flags.get(i, ())
        count += Counter(
            figures=1,
            distribution=_distributed(annotated.text, figure),
            part="PART_OF" in labels,
            cross_sentence=any(sentence[head] != here for head in heads),
            plan=PLAN in flags,
            delta=any(flag in CHANGES for flag in flags),
            no_indicator="INDICATOR" not in labels,
            three_or_more=crowd[here] >= 3,
        )
    return count


def _sentences(text: str) -> list[int]:
    """Return the number of the sentence that each character stands in."""
    numbers, number = [], 0
    for char in text:
        numbers.append(number)
        number += bool(_SENTENCE.match(char))
    return numbers


def _distributed(text: str, figure: Mention) -> bool:
    before = text[max(0, figure.start - _REACH) : figure.start]
    sentence = _SENTENCE.split(before)[-1]
    return bool(_DISTRIBUTION.search(simplify(sentence)))


def style(text: str) -> set[str]:
    """Return what can be measured of a text's style.

    ``half-width``: most commas are; ``traditional``: one character in twenty or more
    is; ``very long paragraph``: of `LONG_PARAGRAPH` characters or more; ``thousands
    separators``; ``full-width digits``; ``Chinese numerals``: five counts or more.
    """
    traditional = sum(simplified(char) != char for char in text)
    chinese = re.findall(
        r"[一二三四五六七八九十百千两]{1,6}(?:余|多)?[名人个家件次万%户]", text
    )
    found = {
        "half-width": len(re.findall(r"(?<!\d),", text)) > text.count("，"),
        "traditional": traditional * 20 >= len(text),
        "very long paragraph": max(map(len, text.split("\n"))) >= LONG_PARAGRAPH,
        "thousands separators": bool(re.search(r"\d,\d{3}(?!\d)", text)),
        "full-width digits": bool(re.search(r"[０-９]", text)),
        "Chinese numerals": len(chinese) >= 5,
    }
    return {name for name, there in found.items() if there}
