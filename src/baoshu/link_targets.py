"""What the linker should have found: gold links and marks of the pairs that it scored.

The mentions scored may be those of the annotation or those that `figure_ner` predicted.
Among predicted ones a mention that touches no annotated one is there by mistake and
has no links; one that is annotated with other ends or another label counts neither as
right nor as wrong.
"""

from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc, Span

from baoshu.labels import CHANGES, LINK_LABELS
from baoshu.linker_model import MARKS
from baoshu.pairs import LABELS, Candidates

_CHANGES = tuple(CHANGES.values())


@dataclass(frozen=True)
class Targets:
    """Targets of one Doc, and where they count.

    Attributes:
        links: (n_pairs, n_links) float32.
        links_counted: (n_pairs, n_links) bool.
        marks: (n_figures, 3) float32: planned, change up, change down.
        marks_counted: (n_figures, 3) bool.
    """

    links: np.ndarray
    links_counted: np.ndarray
    marks: np.ndarray
    marks_counted: np.ndarray


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
    marks = np.zeros((len(found.figures), MARKS), dtype=np.float32)
    marks_counted = np.zeros(marks.shape, dtype=bool)
    row_of_figure = {figure: row for row, figure in enumerate(found.figures.tolist())}
    for a, b, planned, change, _ in reference._.marks:
        row = row_of_figure.get(exact.get((a, b), -1))
        if row is not None:
            marks[row] = [planned, *(change == name for name in _CHANGES)]
            marks_counted[row] = True
    return Targets(links, found.legal & known, marks, marks_counted)


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
