"""Characters into ids: what the encoder sees, one id for each token of a Doc.

What goes in is normalised one character to one character (full width to half width,
traditional to simplified, any white space to one piece); the Doc keeps its text.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
from opencc import OpenCC

START, PAD, END, UNKNOWN = range(4)
SENTENCE_ENDS = "。！？!?"
SPACE = "▁"  # the piece that sentencepiece writes for white space


@cache
def _converter() -> OpenCC:
    return OpenCC("hk2s")


@lru_cache(maxsize=100_000)
def plain(char: str) -> str:
    """Return the one character that stands for ``char``: ，→, 衞→卫 ㎡→m.

    Source: Unicode NFKC and OpenCC's character tables (hk2s: it alone knows 衞); where a normal form is longer
    than one character its first stands for all, so that positions stay the same.
    """
    if char.isspace():
        return SPACE
    return simplified(unicodedata.normalize("NFKC", char)[:1] or char)


@lru_cache(maxsize=100_000)
def simplified(char: str) -> str:
    """Return the simplified form of one character, itself where there is none."""
    found = str(_converter().convert(char))
    return found if len(found) == 1 else char


class _Simplified(dict[int, str]):
    """The simplified form of each character by its number, found when first met."""

    def __missing__(self, number: int) -> str:
        self[number] = simplified(chr(number))
        return self[number]


_SIMPLIFIED = _Simplified()


def simplify(text: str) -> str:
    """Return a text with each character in its simplified form; its length stays."""
    return text.translate(_SIMPLIFIED)


class _Ids(dict[str, int]):
    """The id of each character as written, found when first met."""

    def __init__(self, pieces: Sequence[str]) -> None:
        super().__init__()
        self._ids = {piece: i for i, piece in enumerate(pieces) if len(piece) == 1}

    def __missing__(self, char: str) -> int:
        self[char] = self._ids.get(plain(char), UNKNOWN)
        return self[char]


class CharVocabulary:
    """The pieces of a checkpoint as a mapping from character to id."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.pieces = list(pieces)
        self._found = _Ids(pieces)

    def ids(self, tokens: Iterable[str]) -> np.ndarray:
        """Return ids, (n_tokens,) int64. A run of white space is one token, one id."""
        return np.fromiter((self._found[token[:1]] for token in tokens), dtype=np.int64)


@lru_cache(maxsize=4)
def read_vocabulary(lines: str) -> CharVocabulary:
    """Return the vocabulary that a vocab.txt holds, one piece a line."""
    return CharVocabulary(lines.split("\n"))
