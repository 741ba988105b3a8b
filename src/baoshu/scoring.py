"""Links and facts counted as sets: a missed mention is a missed link.

Source of the counts: `spacy.scorer.PRFScore`.
"""

from collections.abc import Iterable
from typing import Any

from spacy.scorer import PRFScore
from spacy.tokens import Doc
from spacy.training import Example

from baoshu.labels import FIGURE_LABELS, LINK_LABELS

LinkKey = tuple[int, int, int, int, str]


def link_keys(doc: Doc) -> set[LinkKey]:
    """Return (figure start, end, head start, end, link), characters."""
    return {(a, b, c, d, label) for a, b, c, d, label, _ in doc._.links}


def prf_dict(score: PRFScore) -> dict[str, float]:
    return {"p": score.precision, "r": score.recall, "f": score.fscore}


def link_prf(examples: Iterable[Example]) -> dict[str, Any]:
    """Return link_p, link_r, link_f and link_f_per_type over all documents."""
    every = PRFScore()
    types = {label: PRFScore() for label in LINK_LABELS}
    for example in examples:
        gold, found = link_keys(example.reference), link_keys(example.predicted)
        every.score_set(found, gold)
        for label, score in types.items():
            score.score_set(
                {key for key in found if key[-1] == label},
                {key for key in gold if key[-1] == label},
            )
    return {
        "link_p": every.precision,
        "link_r": every.recall,
        "link_f": every.fscore,
        "link_f_per_type": {label: prf_dict(s) for label, s in types.items()},
    }


def figure_facts(doc: Doc) -> dict[tuple[int, int], tuple]:
    """Return of each figure its label, value, unit and links, by its offsets."""
    quantities = {(a, b): tuple(rest[:3]) for a, b, *rest in doc._.quantities}
    links: dict[tuple[int, int], set[tuple]] = {}
    for a, b, *rest in link_keys(doc):
        links.setdefault((a, b), set()).add(tuple(rest))
    return {
        where: (ent.label_, quantities.get(where), frozenset(links.get(where, ())))
        for ent in doc.ents
        for where in [(ent.start_char, ent.end_char)]
        if ent.label_ in FIGURE_LABELS
    }


def right_figures(gold: Doc, found: Doc) -> set[tuple[int, int]]:
    """Return the figures of ``found`` whose span, label, value, unit and links are all
    those of ``gold``. Both Docs must have been through the normaliser."""
    expected = figure_facts(gold)
    return {
        where
        for where, fact in figure_facts(found).items()
        if expected.get(where) == fact
    }
