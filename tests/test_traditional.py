"""A traditional text reads like its simplified twin, at the same offsets."""

import pytest
from opencc import OpenCC

from baoshu.annotations import read_gold
from baoshu.scoring import link_keys
from conftest import ROOT


def twin(text, variant):
    """Convert character by character, so that offsets stay."""
    converter = OpenCC(variant)
    found = (str(converter.convert(char)) for char in text)
    return "".join(t if len(t) == 1 else c for c, t in zip(text, found, strict=True))


@pytest.fixture(scope="module")
def simplified_docs(shipped):
    gold = read_gold(ROOT / "annotations" / "dev")
    return [shipped(doc.text) for doc in gold[:2]]


@pytest.mark.parametrize("variant", ["s2t", "s2hk", "s2tw"])
def test_the_same_spans_links_and_values(shipped, simplified_docs, variant):
    same = every = 0
    for doc in simplified_docs:
        text = twin(doc.text, variant)
        assert sum(a != b for a, b in zip(text, doc.text, strict=True)) > 100
        other = shipped(text)
        spans = [{(e.start, e.end, e.label_) for e in d.ents} for d in (doc, other)]
        links = [link_keys(d) for d in (doc, other)]
        for ours, theirs in (spans, links):
            same += len(ours & theirs)
            every += len(ours | theirs)
        values = [{q[:2]: q[2:] for q in d._.quantities} for d in (doc, other)]
        assert all(values[1].get(k, v) == v for k, v in values[0].items())
    assert same / every >= 0.98
