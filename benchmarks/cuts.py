"""How many characters the network should read at once: scores and work by window size.

    python benchmarks/cuts.py annotations/dev 510 384 256

The pipeline that ships, its confidence and its ranges of activations as they are.
"""

import sys
from pathlib import Path

import baoshu
from baoshu.annotations import read_gold
from baoshu.evaluation import evaluate
from baoshu.windows import cut


def main(data: str, *sizes: str) -> None:
    nlp, gold = baoshu.load(), read_gold(Path(data))
    attrs = nlp.get_pipe("tok2vec").model.attrs
    texts = [[token.text for token in doc] for doc in gold]
    print("| window | encoded characters a character | spans | links | facts |")
    print("| --- | --- | --- | --- | --- |")
    for size in map(int, sizes):
        attrs["window"] = size
        cuts = [w for text in texts for w in cut(text, size, attrs["context"])]
        positions = sum(map(len, cuts)) / sum(map(len, texts))
        found = evaluate(nlp, gold)
        scores = (found["spans"], found["links"]["end_to_end"], found["facts"])
        row = " | ".join(f"{100 * score['f']:.1f}" for score in scores)
        print(f"| {size} | {positions:.2f} | {row} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
