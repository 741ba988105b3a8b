"""Training examples redrawn: other digits in figures, other place names.

One character stands for one, so spans and links stay where they are. The corpus names
invented places, in rarer characters than real ones have; a tagger should not learn the
characters. What would not be read by the encoder anyway, full width or half, simplified
or traditional, is not varied: it goes in the same.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from baoshu.chars import simplified
from baoshu.errors import ConfigError
from baoshu.labels import FIGURE_LABELS

Augmenter = Callable[[Language, Example], Iterator[Example]]

_PLACE = re.compile(
    r"(?P<stem>[\u4e00-\u9fff]{2})(?P<kind>[省市县区旗州镇乡村河江山湖])"
)
_NO_STEM = re.compile(  # 各乡镇, 市辖区, 三个村, 开发区, 人民..., 城中村
    r".*[全我本该各省市县区旗镇乡的和与、个两一二三四五六七八九十几].*"
    r"|新院|老院|旧院|建成|老城|主城|保护|开发|示范|高新|城中|农|自治|国家|人民|工业|保税|小区|试验|重点|贫困|行政|农村|东部|西部|中部|南部|北部"
)


def create_redraw(digits: float, names: float) -> Augmenter:
    """Return an augmenter of examples for training.

    Args:
        digits: Share of the examples whose figures get other digits.
        names: Share whose places get names of real ones of their kind (GB/T 2260).

    Raises:
        ConfigError: The package with the names is not there.
    """
    stems = _real_stems() if names else {}

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        text = [token.text for token in example.reference]
        if np.random.random() < names:
            text = other_names(example.reference, text, stems)
        if np.random.random() < digits:
            text = other_digits(example.reference, text)
        yield with_text(nlp, example, text)

    return augment


def _real_stems() -> dict[str, list[str]]:
    """Return names of two characters by the word for their kind, 市: 杭州, 宜昌, …"""
    try:
        from gb2260.data import data
    except ImportError as error:
        raise ConfigError(
            "place names come from the package gb2260: pip install 'baoshu[train]'"
        ) from error
    stems = defaultdict(set)
    for names in data.values():
        for name in names.values():
            if len(name) == 3 and name[-1] in "省市县区旗":
                stems[name[-1]].add(name[:-1])
    return {kind: sorted(found) for kind, found in stems.items()}


def other_names(doc: Doc, text: list[str], stems: dict[str, list[str]]) -> list[str]:
    """Put a real name in for each place name of two characters, the same everywhere.

    Args:
        doc: Annotated, one character a token.
        text: Its characters as they are to be varied.
        stems: Names by kind; other kinds (镇, 河) take one of a county.
    """
    plain = "".join(simplified(token.text[0]) for token in doc)
    joined, out = "".join(char[0] for char in text), list(text)
    found = {}
    for ent in doc.ents:
        if ent.label_ not in ("LOC", "ORG", "PROJECT"):
            continue
        place = _PLACE.match(plain, ent.start, ent.end)
        if place and not _NO_STEM.fullmatch(place["stem"]):
            found[joined[ent.start : ent.start + 2]] = place["kind"]
    for stem, kind in found.items():
        choice = stems.get(kind) or stems["县"]
        other = choice[np.random.randint(len(choice))]
        at = joined.find(stem)
        while at >= 0:
            out[at : at + 2] = other
            at = joined.find(stem, at + 2)
    return out


def other_digits(doc: Doc, text: list[str]) -> list[str]:
    """Draw other digits for figures, none for the parts and totals of a sum.

    0 and 100 (100%) stay, and no number begins with a new 0.
    """
    sums = {
        place
        for a, b, c, d, label, _ in doc._.links
        if label == "PART_OF"
        for place in ((a, b), (c, d))
    }
    out = list(text)
    for ent in doc.ents:
        if ent.label_ not in FIGURE_LABELS or (ent.start_char, ent.end_char) in sums:
            continue
        surface = "".join(char[0] for char in text[ent.start : ent.end])
        for number in re.finditer(r"[0-9]+", surface):
            if number.group() in ("0", "100"):
                continue
            for at in range(ent.start + number.start(), ent.start + number.end()):
                if out[at] != "0":
                    out[at] = str(np.random.randint(1, 10))
    return out


def with_text(nlp: Language, example: Example, text: list[str]) -> Example:
    """Return the example with other characters in the places of its own."""
    old = example.reference
    if text == [token.text for token in old]:
        return example
    spaces = [bool(token.whitespace_) for token in old]
    new = Doc(nlp.vocab, words=text, spaces=spaces)
    new.ents = [Span(new, e.start, e.end, label=e.label_) for e in old.ents]
    for name in ("links", "marks", "source", "above"):
        setattr(new._, name, getattr(old._, name))
    predicted = Doc(nlp.vocab, words=text, spaces=spaces)
    predicted._.above = old._.above
    return Example(predicted, new)
