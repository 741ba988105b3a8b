"""The tokenizer beside spaCy's own."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from baoshu.annotations import blank
from baoshu.tokens import CharTokenizer

STOCK = spacy.blank("zh").tokenizer
OURS = CharTokenizer(STOCK.vocab)
WHITE = " \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u3000"


def tokens(doc):
    return [(token.text, token.whitespace_) for token in doc]


@given(
    st.text(st.one_of(st.sampled_from(WHITE), st.characters(exclude_categories=["Cs"])))
)
def test_tokens_are_those_of_the_stock_tokenizer(text):
    doc = OURS(text)
    assert doc.text == text
    assert tokens(doc) == tokens(STOCK(text))


@pytest.mark.parametrize(
    "text", ["", " ", "  甲", "甲 乙", "甲  乙 ", "甲 \n 乙", "\n甲\u3000", "2023 年"]
)
def test_white_space(text):
    assert tokens(OURS(text)) == tokens(STOCK(text))


def test_a_pipeline_with_it_is_saved_and_loaded(tmp_path):
    nlp = blank()
    assert isinstance(nlp.tokenizer, CharTokenizer)
    nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    assert isinstance(loaded.tokenizer, CharTokenizer)
    assert tokens(loaded("全县 85家")) == tokens(nlp("全县 85家"))
    assert tokens(blank().from_bytes(nlp.to_bytes())("85家")) == tokens(nlp("85家"))
