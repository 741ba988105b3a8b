"""Whole words masked instead of spans of characters, in scripts/pretrain.py's place.

    python -m benchmarks.word_masks corpus/pretraining --words models/words \\
        --base models/base --output models/by-words --steps 400

Words are those of the segmenter that scripts/words.py wrote (Cui et al., 2021). All else
is the script's: share, fates, batches, loss. models/README.md has what came of it.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import spacy_pkuseg

from benchmarks.texts import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import long_run
import pretrain

Chosen = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def by_words(chars: list[str], segmenter: Any) -> Chosen:
    """Return what chooses whole words of a row of ids until its share is reached.

    Args:
        chars: The character of each id; the first four are no characters.
        segmenter: Has ``cut``, from a text to its words.
    """

    def chosen(ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        text = "".join(chars[i] if i > pretrain.RARE else "□" for i in ids)
        words = spans(text, segmenter.cut(text))
        special = np.isin(ids, (pretrain.PAD, pretrain.START, pretrain.END))
        wanted = pretrain.SHARE * (ids != pretrain.PAD).sum()
        out = np.zeros(len(ids), dtype=bool)
        for i in rng.permutation(len(words)):
            if out.sum() >= wanted:
                break
            start, end = words[i]
            out[start:end] = ~special[start:end]
        return out

    return chosen


def spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Return where each word stands; white space between two is in none."""
    found, at = [], 0
    for word in words:
        start = text.index(word, at)
        at = start + len(word)
        found.append((start, at))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    long_run.add_options(parser, steps=1000, rate=2e-4)
    parser.add_argument("--base", type=Path, default=Path("models/base"))
    parser.add_argument("--words", type=Path, default=Path("models/words"))
    args = parser.parse_args()
    chars = (args.base / "vocab.txt").read_text("utf8").split("\n")
    segmenter = spacy_pkuseg.pkuseg(str(args.words), user_dict=None)
    pretrain.chosen = by_words(chars, segmenter)
    pretrain.train(args)


if __name__ == "__main__":
    main()
