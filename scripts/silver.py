"""What a trained pipeline reads in reports that nobody annotated, for training alone.

    python scripts/silver.py corpus/silver.spacy REPORTS... --with corpus/train.spacy \\
        --without annotations/dev --without annotations/test
    spacy train configs/reports.cfg --output training/six-tuned \\
        --paths.resume training/six-joined --paths.train corpus/silver.spacy

A smaller network learns from it what the larger one says of real text (sequence-level
distillation, Kim and Rush, 2016), beside the annotated reports. It is no annotation:
nothing is measured on it, and its mistakes are the pipeline's.
"""

import argparse
from pathlib import Path

from pretrain import texts
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from tqdm import tqdm

import baoshu
from baoshu.annotations import blank, read_gold


def silver(nlp: Language, empty: Language, text: str, source: str) -> Doc:
    """Return what ``nlp`` reads in a text, in the form of an annotated Doc."""
    read = nlp(text)
    doc = empty.make_doc(text)
    doc._.source = source
    doc.ents = [
        doc.char_span(e.start_char, e.end_char, label=e.label_) for e in read.ents
    ]
    doc._.links = tuple((*link[:-1], 1.0) for link in read._.links)
    doc._.marks = tuple((*mark[:-1], 1.0) for mark in read._.marks)
    return doc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--with", dest="annotated", type=Path, required=True)
    parser.add_argument("--without", type=Path, action="append", default=[])
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    nlp, empty = baoshu.load(args.model), blank()
    docs, dropped = read_gold(args.annotated), 0
    annotated = len(docs)
    for path, text, held_out in tqdm(texts(args.sources, args.without)):
        docs.append(silver(nlp, empty, text, path.stem))
        dropped += held_out
    DocBin(docs=docs, store_user_data=True).to_disk(args.output)
    figures = sum(len(doc._.marks) for doc in docs[annotated:])
    print(
        f"{annotated} annotated reports; {len(docs) - annotated} others with "
        f"{figures:,} figures as read; {dropped:,} characters held out"
    )


if __name__ == "__main__":
    main()
