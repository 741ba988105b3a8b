"""What the linker should have found: gold links of the pairs that it scored,
and which of its figures are planned.

The mentions scored may be those of the annotation or those that `figure_ner` predicted.
Among predicted ones a mention that touches no annotated one is there by mistake and
has no links; one that is annotated with other ends or another label counts neither as
right nor as wrong.
"""

from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc, Span

from baoshu.labels import LINK_LABELS
from baoshu.pairs import LABELS, Candidates


@dataclass(frozen=True)
class Targets:
    """Targets of one Doc, and where they count.

    Attributes:
        links: (n_pairs, n_links) float32.
        links_counted: (n_pairs, n_links) bool.
        planned: (n_figures,) float32.
        planned_counted: (n_figures,) bool.
    """

    links: np.ndarray
    links_counted: np.ndarray
    planned: np.ndarray
    planned_counted: np.ndarray


def targets(reference: Doc, found: Candidates) -> Targets:
    """Return the targets of the pairs scored, from an annotated Doc of the same tokens."""
    exact, doubtful = _match(reference, found)
    links = np.zeros((len(found.pairs), len(LINK_LABELS)), dtype=np.float32)
    row_of = {tuple(pair): row for row, pair in enumerate(found.pairs.tolist())}
    for a, b, c, d, label, _ in reference._.links:
        row = row_of.get((exact.get((a, b), -1), exact.get((c, d), -1)))
        if row is not None:
            links[row, LINK_LABELS.index(label)] = 1.0
    known = ~doubtful[found.pairs].any(axis=1, keepdims=True)
    planned = np.zeros(len(found.figures), dtype=np.float32)
    counted = np.zeros(planned.shape, dtype=bool)
    row_of_figure = {figure: row for row, figure in enumerate(found.figures.tolist())}
    for a, b, is_planned, *_ in reference._.marks:
        row = row_of_figure.get(exact.get((a, b), -1))
        if row is not None:
            planned[row] = is_planned
            counted[row] = True
    return Targets(links, found.legal & known, planned, counted)


def copy_mentions(source: Doc, target: Doc) -> None:
    """Give a Doc the mentions of another Doc of the same tokens."""
    target.ents = [Span(target, e.start, e.end, label=e.label_) for e in source.ents]
    target._.ent_scores = (1.0,) * len(source.ents)


def _match(
    reference: Doc, found: Candidates
) -> tuple[dict[tuple[int, int], int], np.ndarray]:
    """Return the number of the scored mention at each annotated place, characters, and
    which scored mentions are annotated otherwise, (n_mentions,) bool."""
    annotated = {(e.start, e.end, e.label_): e for e in reference.ents}
    touched = np.zeros(len(reference), dtype=bool)
    for ent in reference.ents:
        touched[ent.start : ent.end] = True
    exact = {}
    doubtful = np.zeros(len(found.spans), dtype=bool)
    for i, (start, end) in enumerate(found.spans.tolist()):
        ent = annotated.get((start, end, LABELS[found.labels[i]]))
        if ent is not None:
            exact[ent.start_char, ent.end_char] = i
        else:
            doubtful[i] = touched[start:end].any()
    return exact, doubtful
