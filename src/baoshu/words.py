"""Words, for who needs them: `doc.spans["words"]`, by a model of spacy-pkuseg.

Tokens are characters, so that spans are exact. Words are cut beside them, and no word
crosses the edge of a mention that was found. The model was trained on the corpus of this
project (scripts/words.py); nothing is fetched.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from baoshu.chars import SPACE, plain
from baoshu.errors import BaoshuError
from baoshu.messages import _

WORDS = "words"  # the key in doc.spans


@Language.factory("word_segmenter", requires=["doc.ents"], assigns=["doc.spans"])
def make_word_segmenter(nlp: Language, name: str, path: str) -> "WordSegmenter":
    """Create the component; ``path`` is a folder that scripts/words.py wrote."""
    return WordSegmenter(path)


class WordSegmenter:
    """Writes the words of a Doc as spans; white space is in none of them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._model = _load(path)

    def __call__(self, doc: Doc) -> Doc:
        starts = word_starts(doc, self._model)
        spans = [
            Span(doc, start, end)
            for start, end in zip(starts, [*starts[1:], len(doc)], strict=True)
        ]
        words = [span for span in spans if not span.text.isspace()]
        doc.spans[WORDS] = SpanGroup(doc, name=WORDS, spans=words)
        return doc


@cache
def _load(path: str) -> Any:
    try:
        import spacy_pkuseg
    except ImportError as error:
        raise BaoshuError(
            _("words need spacy-pkuseg: pip install 'baoshu[words]'")
        ) from error
    if not (Path(path) / "weights.npz").is_file():
        said = _("{name}: no word model there: see scripts/words.py")
        raise BaoshuError(said.format(name=path))
    return spacy_pkuseg.pkuseg(path, user_dict=None)


def as_cut(chars: Iterable[str]) -> str:
    """Return characters as the model reads them: half width, simplified, one blank."""
    return "".join(map(plain, chars)).replace(SPACE, " ")


def word_starts(doc: Doc, model: Any) -> list[int]:
    """Return the token at which each word or run of white space begins."""
    text = as_cut(token.text[0] for token in doc)
    starts = {0} if text else set()
    at = 0
    for word in model.cut(text):
        begin = text.index(word, at)
        at = begin + len(word)
        starts |= {begin, at}
    for ent in doc.ents:
        starts |= {ent.start, ent.end}
    return sorted(starts - {len(doc)})


def head_word(span: Span) -> str:
    """Return the last word of a span, the 签约率 of 家庭医生签约率.

    In Chinese the head of a noun phrase is at its end. "" where no words were cut.
    """
    words = span.doc.spans.get(WORDS, ())
    inside = [w.text for w in words if w.start >= span.start and w.end <= span.end]
    return inside[-1] if inside else ""
