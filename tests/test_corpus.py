"""Training pieces: whole paragraphs, nothing lost, links moved along."""

import pytest

from baoshu.annotations import blank, gold_doc, read_gold
from baoshu.corpus import create_piece_reader, pieces
from baoshu.errors import BaoshuError
from baoshu.markup import parse
from conftest import TINY


def links_as_text(doc):
    return sorted(
        (doc.text[a:b], doc.text[c:d], label) for a, b, c, d, label, _ in doc._.links
    )


@pytest.mark.parametrize("length", [0, 1, 30, 60, 1000])
def test_pieces_are_the_document(length):
    doc = gold_doc(blank(), parse(TINY["train/a.txt"])[0], "a")
    found = list(pieces(doc, length))
    assert "".join(piece.text for piece in found) == doc.text
    assert [e.text for p in found for e in p.ents] == [e.text for e in doc.ents]
    assert sorted(x for p in found for x in links_as_text(p)) == links_as_text(doc)
    marks = [(p.text[m[0] : m[1]], m[2:]) for p in found for m in p._.marks]
    assert marks == [(doc.text[m[0] : m[1]], m[2:]) for m in doc._.marks]
    assert all("\n" not in p.text.rstrip("\n") for p in found if length == 1)


def test_the_reader_gives_examples_of_all_text(tiny_corpus):
    path = tiny_corpus / "train.spacy"
    examples = list(create_piece_reader(path, 60)(blank()))
    assert len(examples) > 2
    assert "".join(e.predicted.text for e in examples) == "".join(
        doc.text for doc in read_gold(path)
    )


def test_a_missing_corpus_is_said(tmp_path):
    with pytest.raises(BaoshuError, match="baoshu convert"):
        next(create_piece_reader(tmp_path / "no.spacy", 60)(blank()))
