"""Training text as careless hands leave it: names masked, marks and line ends lost.

An augmenter for `benchmarks/variants.py`, tried in the place of `baoshu.Redraw.v1`.
Spans, links and marks go with their characters.
"""

from collections.abc import Collection, Iterator

import numpy as np
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from baoshu.augment import Augmenter, create_redraw, other_names, with_text

MASKS = {"县": ["××", "某某", "ＸＸ", "**"]}  # of two characters, for every kind
MARKS = frozenset("，、；：。,;:")
LOST = 0.5  # of the marks of a text that loses some


@registry.augmenters("variant.Damage.v1")
def create_damage(
    digits: float, names: float, masked: float, unmarked: float, joined: float
) -> Augmenter:
    """Return an augmenter that redraws as the recipe does, and damages some.

    Args:
        digits: As in `create_redraw`.
        names: The same.
        masked: Share of the examples whose places are written ×× or 某某.
        unmarked: Share that lose half of their punctuation, none inside a mention.
        joined: Share whose paragraphs become one.
    """
    redraw = create_redraw(digits, names)

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        for drawn in redraw(nlp, example):
            doc = drawn.reference
            lost: set[int] = set()
            if np.random.random() < unmarked:
                lost |= {i for i in loose(doc, MARKS) if np.random.random() < LOST}
            if np.random.random() < joined:
                lost |= loose(doc, {"\n"})
            if np.random.random() < masked:
                text = [token.text for token in doc]
                drawn = with_text(nlp, drawn, other_names(doc, text, MASKS))
            yield without(nlp, drawn, lost) if lost else drawn

    return augment


def loose(doc: Doc, chars: Collection[str]) -> set[int]:
    """Return the tokens that are one of ``chars``, in no mention and not the last."""
    return {
        token.i
        for token in doc[:-1]
        if token.text in chars and not token.ent_type_ and not token.whitespace_
    }


def without(nlp: Language, example: Example, lost: set[int]) -> Example:
    """Return the example without the tokens ``lost``, none of which is in a mention."""
    old = example.reference
    kept = [token for token in old if token.i not in lost]
    words = [token.text for token in kept]
    spaces = [bool(token.whitespace_) for token in kept]
    new = Doc(nlp.vocab, words=words, spaces=spaces)
    token_at = {token.i: i for i, token in enumerate(kept)}
    char_at = {a.idx: b.idx for a, b in zip(kept, new, strict=True)}
    end_at = {
        a.idx + len(a): b.idx + len(b) for a, b in zip(kept, new, strict=True)
    }  # the end of a mention is that of a character which stays
    new.ents = [
        Span(new, token_at[e.start], token_at[e.end - 1] + 1, label=e.label_)
        for e in old.ents
    ]
    new._.links = tuple(
        (char_at[a], end_at[b], char_at[c], end_at[d], label, score)
        for a, b, c, d, label, score in old._.links
    )
    new._.marks = tuple((char_at[a], end_at[b], *rest) for a, b, *rest in old._.marks)
    new._.source, new._.above = old._.source, old._.above
    predicted = Doc(nlp.vocab, words=words, spaces=spaces)
    predicted._.above = old._.above
    return Example(predicted, new)
