"""The `figure_normalizer` component: value and unit of every figure of a Doc.

It writes ``doc._.quantities``, ``(start, end, value, upper, unit, approximate, bound,
change)`` for each figure, Decimals as strings: plain values serialise with the Doc.
"""

from spacy.language import Language
from spacy.tokens import Doc

from baoshu import figures  # noqa: F401  registers doc._.figures
from baoshu.labels import FIGURE_LABELS
from baoshu.normalize import parse_figure


@Language.factory(
    "figure_normalizer", requires=["doc.ents"], assigns=["doc._.quantities"]
)
def make_figure_normalizer(nlp: Language, name: str) -> "FigureNormalizer":
    return FigureNormalizer()


class FigureNormalizer:
    """Reads every MONEY, RATE, COUNT and QUANTITY entity in its context."""

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        rows = []
        for ent in doc.ents:
            if ent.label_ in FIGURE_LABELS:
                start, end = ent.start_char, ent.end_char
                read = parse_figure(text, start, end)
                numbers = [
                    None if n is None else str(n) for n in (read.value, read.upper)
                ]
                rows.append(
                    (
                        start,
                        end,
                        *numbers,
                        read.unit,
                        read.approximate,
                        read.bound,
                        read.change,
                    )
                )
        doc._.quantities = tuple(rows)
        return doc
