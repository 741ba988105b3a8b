"""The tokenizer: every character a token, a run of white space one.

It gives the tokens of spaCy's own for Chinese (`spacy.zh.ChineseTokenizer` by ``char``),
which looks up each character in what is left of the text, so that its time grows with
the square of the length.
"""

import re
from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer
from spacy.vocab import Vocab

_WHITE_SPACE = re.compile(r"\s+")


def create_char_tokenizer() -> Callable[[Language], "CharTokenizer"]:
    """Return what makes the tokenizer of a pipeline."""
    return lambda nlp: CharTokenizer(nlp.vocab)


class CharTokenizer(DummyTokenizer):
    """Cuts a text into characters. It has nothing to save."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        at = 0
        for white in _WHITE_SPACE.finditer(text):
            words += text[at : white.start()]
            spaces += [False] * (white.start() - at)
            at, run = white.end(), white.group()
            if words and run[0] == " ":  # the one behind a token is the token's own
                spaces[-1] = True
                run = run[1:]
            if run:
                words.append(run)
                spaces.append(False)
        words += text[at:]
        spaces += [False] * (len(text) - at)
        return Doc(self.vocab, words=words, spaces=spaces)
