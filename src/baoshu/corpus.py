"""Reading a DocBin for training: whole reports in pieces of a few paragraphs.

A report is far longer than what the encoder reads at once. Training on pieces that fit
gives more and more varied updates; nothing is left out, and since links do not leave
their paragraph, none is cut.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from baoshu import extensions  # noqa: F401  registers what a DocBin holds
from baoshu.augment import Augmenter
from baoshu.errors import ConfigError
from baoshu.sections import Outline


def create_piece_reader(
    path: Path, max_length: int, augmenter: Augmenter | None = None
) -> Callable[[Language], Iterator[Example]]:
    """Return a reader of ``path`` that yields pieces of whole paragraphs.

    Args:
        path: A .spacy file written by ``baoshu convert``.
        max_length: The most tokens of a piece of several paragraphs; 0 yields whole
            documents, and a longer paragraph stays whole.
        augmenter: What varies the pieces, anew each time they are read.
    """

    def read(nlp: Language) -> Iterator[Example]:
        if not path or not Path(path).is_file():
            raise ConfigError(f"{path}: no such corpus: run `baoshu convert`")
        for doc in DocBin(store_user_data=True).from_disk(path).get_docs(nlp.vocab):
            for piece in pieces(doc, max_length):
                predicted = nlp.make_doc(piece.text)
                predicted._.above = piece._.above
                example = Example(predicted, piece)
                if augmenter is None:
                    yield example
                else:
                    yield from augmenter(nlp, example)

    return read


def pieces(doc: Doc, max_length: int) -> Iterator[Doc]:
    """Yield runs of whole paragraphs, with their mentions, links and marks.

    What stands over a piece, title and headings, goes along as ``piece._.above``.
    """
    if not max_length or len(doc) <= max_length:
        yield doc
        return
    outline = Outline(doc.text)
    ends = [token.i + 1 for token in doc if "\n" in token.text] + [len(doc)]
    start = last = 0
    for end in ends:
        if end - start > max_length and last > start:
            yield piece(doc, start, last, outline)
            start = last
        last = end
    if last > start:
        yield piece(doc, start, last, outline)


def piece(doc: Doc, start: int, end: int, outline: Outline) -> Doc:
    """Return tokens ``start:end`` as a Doc of its own; the cut must be at a paragraph."""
    span = doc[start:end]
    low, high = span.start_char, span.start_char + len(span.text_with_ws)
    out = span.as_doc(copy_user_data=False)
    out._.source = doc._.source
    if low:
        out._.above = outline.above(low)
    out._.links = tuple(
        (a - low, b - low, c - low, d - low, label, score)
        for a, b, c, d, label, score in doc._.links
        if low <= a and b <= high
    )
    out._.marks = tuple(
        (a - low, b - low, *rest) for a, b, *rest in doc._.marks if low <= a < high
    )
    return out
