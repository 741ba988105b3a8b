"""The word model: cut by jieba, corrected by the annotation, learned by spacy-pkuseg.

    python scripts/words.py models/words

jieba cuts the annotated reports; a word that crosses the edge of an annotated span is
cut there, and an indicator that ends three others (签约率) is one word. spacy-pkuseg
learns from that: a kept segmenter alone knows neither the spans nor the indicators.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import jieba
import numpy as np
import spacy_pkuseg
import srsly

from baoshu.annotations import files, read
from baoshu.markup import Annotated
from baoshu.words import as_cut

ENDS_OTHERS = 3  # an indicator that ends so many others is a word
LEAST_WEIGHT = 0.05


def add_heads(train: list[Annotated]) -> list[str]:
    """Make the indicators that end others words of jieba's, and return them."""
    names = {
        as_cut(a.surface(m))
        for a in train
        for m in a.mentions
        if m.label == "INDICATOR"
    }
    ends = Counter(name[i:] for name in names for i in range(1, len(name) - 1))
    heads = [end for end, n in ends.items() if n >= ENDS_OTHERS and end in names]
    for head in heads:
        jieba.add_word(head)
    return heads


def cut(annotated: Annotated) -> list[str]:
    """Return the words of each line of a report, joined by blanks."""
    text = as_cut(annotated.text)
    edges = {m.start for m in annotated.mentions} | {m.end for m in annotated.mentions}
    lines, start = [], 0
    for line in annotated.text.splitlines(keepends=True):
        words, at = [""], start
        for word in jieba.cut(text[start : start + len(line)]):
            for i, char in enumerate(word):
                if i == 0 or at in edges:
                    words.append("")
                words[-1] += char
                at += 1
        kept = [word for word in words if word.strip()]
        if kept:
            lines.append(" ".join(kept))
        start += len(line)
    return lines


def shrink(folder: Path) -> None:
    """Leave out the features that hardly weigh: a fifth of the size, the same words.

    What is left out of the bigrams is read in training only; the first feature stands
    for none and stays.
    """
    features = srsly.read_msgpack(folder / "features.msgpack")
    with np.load(folder / "weights.npz") as saved:
        (n_tags, n_features), weights = saved["sizes"].tolist(), saved["w"]
    node = weights[: n_tags * n_features].reshape(n_features, n_tags)
    edge = weights[n_tags * n_features :]
    kept = np.abs(node).max(axis=1) >= LEAST_WEIGHT
    kept[0] = True
    places = np.cumsum(kept) - 1
    features["feature_to_idx"] = {
        name: int(places[i])
        for name, i in features["feature_to_idx"].items()
        if kept[i]
    }
    features["bigram"] = []
    srsly.write_msgpack(folder / "features.msgpack", features)
    weights = np.round(np.concatenate([node[kept].ravel(), edge]), 3)
    sizes = np.array([n_tags, kept.sum()])
    np.savez_compressed(folder / "weights.npz", sizes=sizes, w=weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--annotations", type=Path, default=Path("annotations"))
    parser.add_argument("--rounds", type=int, default=10)
    args = parser.parse_args()
    splits = {
        split: [read(path)[0] for path in files(args.annotations / split)]
        for split in ("train", "dev")
    }
    print(len(add_heads(splits["train"])), "indicators taken for words")
    with tempfile.TemporaryDirectory() as scratch:
        for split, reports in splits.items():
            lines = [line for annotated in reports for line in cut(annotated)]
            Path(scratch, split).write_text("\n".join(lines) + "\n", "utf8")
        spacy_pkuseg.train(
            str(Path(scratch, "train")),
            str(Path(scratch, "dev")),
            str(args.output),
            train_iter=args.rounds,
        )
    shrink(args.output)


if __name__ == "__main__":
    main()
