"""Scores of a pipeline on annotated Docs: spans, links, facts and flags, by slice.

Spans by seqeval (strict, IOB2); spaCy's scorer must agree. Links as sets of (figure,
head, link), end to end and on gold mentions, beside the nearest mention as baseline.
A fact is right when span, label, value, unit and all links of a figure are.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.scorer import PRFScore, get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example

from baoshu.chars import SENTENCE_ENDS
from baoshu.errors import BaoshuError
from baoshu.labels import CHANGES, FIGURE_LABELS, LINK_HEADS, PLAN
from baoshu.link_targets import copy_mentions
from baoshu.messages import _
from baoshu.normalizer import FigureNormalizer
from baoshu.scoring import (
    LinkKey,
    figure_facts,
    link_keys,
    link_prf,
    prf_dict,
    right_figures,
)
from baoshu.slices import slices_of


def evaluate(nlp: Language, gold: list[Doc]) -> dict[str, Any]:
    """Score a pipeline.

    Args:
        nlp: A pipeline with ner and figure_linker.
        gold: Annotated Docs, as `annotations.gold_doc` makes them.

    Returns:
        Plain numbers, for metrics.json. ``spans``: seqeval's micro and per label
        scores; ``links``: end to end, on gold mentions, nearest mention, by type and by
        slice; ``facts``, ``figures`` and ``flags``: precision, recall and F1;
        ``calibration``: how far confidence is from how often figures are right.
    """
    normalise = FigureNormalizer()
    gold = [normalise(doc) for doc in gold]
    found = [normalise(doc) for doc in nlp.pipe(doc.text for doc in gold)]
    examples = [Example(f, g) for f, g in zip(found, gold, strict=True)]
    on_gold = [Example(link_gold_mentions(nlp, doc), doc) for doc in gold]
    nearest = [Example(nearest_mention(nlp, doc), doc) for doc in gold]
    end_to_end = link_prf(examples)
    return {
        "documents": len(gold),
        "characters": sum(len(doc.text) for doc in gold),
        "gold_figures": sum(len(doc._.marks) for doc in gold),
        "gold_links": sum(len(doc._.links) for doc in gold),
        "spans": span_scores(examples),
        "figures": _sets(examples, _figure_spans),
        "links": {
            "end_to_end": _link_row(end_to_end),
            "on_gold_mentions": _link_row(link_prf(on_gold)),
            "nearest_mention_on_gold": _link_row(link_prf(nearest)),
            "by_type": end_to_end["link_f_per_type"],
            "by_slice": _link_slices(examples),
        },
        "facts": _sets(examples, _facts),
        "flags": _flag_scores(examples),
        "calibration": calibration_error(examples),
    }


def agreement(first: list[Doc], second: list[Doc]) -> dict[str, Any]:
    """Score a second reader's annotations of the same texts against the first's.

    F1 is the same either way round. Source: Hripcsak and Rothschild (2005), who show
    that it is what kappa comes to where nothing can be counted that neither marked.

    Raises:
        BaoshuError: The texts are not the same.
    """
    normalise = FigureNormalizer()
    texts = {doc.text: normalise(doc) for doc in second}
    if set(texts) != {doc.text for doc in first}:
        raise BaoshuError(_("the two folders do not hold the same texts"))
    examples = [Example(texts[doc.text], normalise(doc)) for doc in first]
    links = link_prf(examples)
    return {
        "documents": len(first),
        "spans": span_scores(examples),
        "figures": _sets(examples, _figure_spans),
        "links": {**_link_row(links), "by_type": links["link_f_per_type"]},
        "facts": _sets(examples, _facts),
        "flags": _flag_scores(examples),
    }


def span_scores(examples: Iterable[Example]) -> dict[str, Any]:
    """Return seqeval's strict scores, micro and per label, and spaCy's F1.

    Raises:
        RuntimeError: The two disagree: one of them has been fed something else.
    """
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    examples = list(examples)
    gold = [_iob(example.reference) for example in examples]
    found = [_iob(example.predicted) for example in examples]
    report = classification_report(
        gold, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    rows = {
        name: {
            "p": float(row["precision"]),
            "r": float(row["recall"]),
            "f": float(row["f1-score"]),
            "n": int(row["support"]),
        }
        for name, row in report.items()
    }
    spacy_f = get_ner_prf(examples)["ents_f"] or 0.0
    if abs(spacy_f - rows["micro avg"]["f"]) > 1e-9:
        raise RuntimeError(f"seqeval {rows['micro avg']['f']}, spaCy {spacy_f}")
    labels = {name: row for name, row in rows.items() if not name.endswith("avg")}
    return {**rows["micro avg"], "by_label": labels}


def _iob(doc: Doc) -> list[str]:
    return [f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in doc]


def link_gold_mentions(nlp: Language, gold: Doc) -> Doc:
    """Return a Doc with the gold mentions and the links that the pipeline finds."""
    doc = nlp.make_doc(gold.text)
    doc = nlp.get_pipe("tok2vec")(doc)
    copy_mentions(gold, doc)
    return nlp.get_pipe("figure_linker")(doc)


def nearest_mention(nlp: Language, gold: Doc) -> Doc:
    """Link every gold figure to the nearest mention that each link may lead to.

    The baseline: within the sentence, PERIOD and SCOPE only to what stands before, no
    PART_OF, and MEASURES and SCOPE not to the same mention.
    """
    doc = nlp.make_doc(gold.text)
    copy_mentions(gold, doc)
    sentence = np.cumsum([0] + [char in f"{SENTENCE_ENDS}\n" for char in doc.text])
    by_sentence: dict[int, list[Span]] = {}
    for ent in doc.ents:
        by_sentence.setdefault(sentence[ent.start_char], []).append(ent)
    links = []
    for figure in (ent for ent in doc.ents if ent.label_ in FIGURE_LABELS):
        taken: set[int] = set()
        for label in ("MEASURES", "INDICATOR", "PERIOD", "SCOPE"):
            behind = label in ("MEASURES", "INDICATOR")
            options = [
                (abs(ent.start - figure.start), ent.start, ent)
                for ent in by_sentence[sentence[figure.start_char]]
                if ent.label_ in LINK_HEADS[label] and ent.start not in taken
                if behind or ent.start < figure.start
            ]
            if options:
                head = min(options)[2]
                taken.add(head.start)
                where = (figure.start_char, figure.end_char)
                links.append((*where, head.start_char, head.end_char, label, 1.0))
    doc._.links = tuple(sorted(links))
    return doc


def _link_row(scores: dict[str, Any]) -> dict[str, float]:
    return {name: scores[f"link_{name}"] for name in "prf"}


def _sets(examples: Iterable[Example], items: Callable[[Doc], set]) -> dict[str, float]:
    score = PRFScore()
    for example in examples:
        score.score_set(items(example.predicted), items(example.reference))
    return prf_dict(score)


def _figure_spans(doc: Doc) -> set[tuple[int, int, str]]:
    return {
        (ent.start, ent.end, ent.label_)
        for ent in doc.ents
        if ent.label_ in FIGURE_LABELS
    }


def _facts(doc: Doc) -> set[tuple]:
    return set(figure_facts(doc).items())


def _flag_scores(examples: list[Example]) -> dict[str, dict[str, float]]:
    def planned(doc: Doc) -> set[tuple[int, int]]:
        return {(a, b) for a, b, plan, _, _ in doc._.marks if plan}

    def changed(name: str) -> Callable[[Doc], set[tuple[int, int]]]:
        return lambda doc: {
            (a, b) for a, b, _, change, _ in doc._.marks if change == name
        }

    rows = {PLAN: _sets(examples, planned)}
    return rows | {
        flag: _sets(examples, changed(name)) for flag, name in CHANGES.items()
    }


def calibration_error(examples: Iterable[Example], bins: int = 10) -> dict[str, Any]:
    """Return the expected calibration error of the confidence (Guo et al., 2017).

    Figures found are put into bins of equal width by confidence; the error is the mean
    distance of confidence and share of right facts, weighted by the bins' sizes. The
    bins that hold a figure are given too, for a reliability plot.
    """
    rows = np.array(
        [
            (confidence, (start, end) in right)
            for example in examples
            for right in [right_figures(example.reference, example.predicted)]
            for start, end, _, _, confidence in example.predicted._.marks
        ]
    ).reshape(-1, 2)
    if not len(rows):
        return {"ece": 0.0, "confidence": 0.0, "right": 0.0, "bins": []}
    place = np.minimum((rows[:, 0] * bins).astype(int), bins - 1)
    means = [
        (rows[place == b].mean(axis=0), int((place == b).sum())) for b in set(place)
    ]
    gaps = [n * abs(confidence - right) for (confidence, right), n in means]
    return {
        "ece": float(sum(gaps) / len(rows)),
        "confidence": float(rows[:, 0].mean()),
        "right": float(rows[:, 1].mean()),
        "bins": [
            {"confidence": float(mean[0]), "right": float(mean[1]), "n": n}
            for mean, n in sorted(means, key=lambda item: item[0][0])
        ],
    }


def _link_slices(examples: list[Example]) -> dict[str, dict[str, float]]:
    """Return link scores end to end of every slice; a link may be in several."""
    scores: dict[str, PRFScore] = {}
    counts: dict[str, int] = {}
    for example in examples:
        gold, found = link_keys(example.reference), link_keys(example.predicted)
        sliced: dict[str, tuple[set[LinkKey], set[LinkKey]]] = {}
        for key in gold | found:
            for name in slices_of(example.reference, key):
                pair = sliced.setdefault(name, (set(), set()))
                if key in found:
                    pair[0].add(key)
                if key in gold:
                    pair[1].add(key)
        for name, (f, g) in sliced.items():
            scores.setdefault(name, PRFScore()).score_set(f, g)
            counts[name] = counts.get(name, 0) + len(g)
    return {
        name: {**prf_dict(scores[name]), "n": counts[name]} for name in sorted(scores)
    }
