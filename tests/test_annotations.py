"""Files to gold Docs to DocBin and back; the corpus in git passes its own check."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baoshu.annotations import (
    SPLITS,
    blank,
    check,
    convert,
    files,
    gold_doc,
    read,
    read_gold,
    to_dataset,
)
from baoshu.errors import BaoshuError
from baoshu.markup import parse
from conftest import ROOT, TINY


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(" \n\t\r\u3000\u2028\x85中1a，ﬁ𠀀")))
def test_tokens_are_characters_and_text_is_kept(text):
    doc = blank().make_doc(text)
    assert doc.text == text
    assert all(len(t.text) == 1 or t.text.isspace() for t in doc)


def test_gold_doc_has_ents_links_and_marks():
    doc = gold_doc(blank(), parse(TINY["train/a.txt"])[0], "a")
    assert doc._.source == "a"
    assert [e.text for e in doc.ents if e.label_ == "RATE"] == ["68.3%", "2.1个百分点"]
    found = {
        (doc.text[a:b], doc.text[c:d], label) for a, b, c, d, label, _ in doc._.links
    }
    assert ("2.1个百分点", "签约率", "INDICATOR") in found
    assert len(found) == 10
    marks = {doc.text[a:b]: (plan, change) for a, b, plan, change, _ in doc._.marks}
    assert marks == {
        "68.3%": (False, ""),
        "2.1个百分点": (False, "up"),
        "3.2亿元": (True, ""),
    }


def test_convert_and_read_back(tiny_annotations, tiny_corpus):
    for split in SPLITS:
        ours = read_gold(tiny_annotations / split)
        theirs = read_gold(tiny_corpus / f"{split}.spacy")
        assert [d.text for d in ours] == [d.text for d in theirs]
        assert [d._.links for d in ours] == [d._.links for d in theirs]
        assert [d._.marks for d in ours] == [d._.marks for d in theirs]
        assert [d._.source for d in ours] == [d._.source for d in theirs]


def test_the_datasets_loader_and_the_json_lines_agree(
    tiny_annotations, tiny_corpus, tmp_path
):
    datasets = pytest.importorskip("datasets")
    ours = to_dataset(tiny_annotations)
    lines = {split: str(tiny_corpus / f"{split}.jsonl") for split in SPLITS}
    theirs = datasets.load_dataset("json", data_files=lines, cache_dir=str(tmp_path))
    for split in SPLITS:
        assert ours[split].to_list() == theirs[split].to_list()
    row = ours["train"][0]
    words = [row["text"][m["start"] : m["end"]] for m in row["mentions"]]
    assert "重点人群" in words and "68.3%" in words
    link = row["links"][0]
    assert (words[link["figure"]], words[link["head"]]) == ("68.3%", "重点人群")


def test_check_names_file_line_and_text(tmp_path):
    (tmp_path / "bad.txt").write_text("一\n{THING|东西}", "utf8")
    (tmp_path / "gbk.txt").write_bytes("第一行\n第二行".encode("gbk"))
    (tmp_path / "empty.txt").write_text(" \n", "utf8")
    (tmp_path / "one.txt").write_text("{DATE|今年}", "utf8")
    (tmp_path / "two.txt").write_text("{DATE|今年}", "utf8")
    said = [str(problem) for problem in check(tmp_path)]
    assert any("bad.txt:2: unknown label THING" in s and "东西" in s for s in said)
    assert any("gbk.txt:1: not UTF-8" in s for s in said)
    assert any("empty.txt:1: the file is empty" in s for s in said)
    assert any("two.txt:1: the same text as" in s and "one.txt" in s for s in said)


def test_a_problem_stops_the_conversion(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "bad.txt").write_text("{THING|东西}", "utf8")
    with pytest.raises(BaoshuError, match="unknown label"):
        convert(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["absent", "."])
def test_nothing_there_is_said(tmp_path, name):
    with pytest.raises(BaoshuError):
        files(tmp_path / name)


def test_the_corpus_passes_its_check():
    assert check(ROOT / "annotations") == []


def test_the_manifest_is_the_corpus():
    manifest = ROOT / "corpus" / "MANIFEST.tsv"
    with manifest.open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    listed = {(row["split"], row["document"]) for row in rows}
    there = {
        (split, path.stem)
        for split in SPLITS
        for path in files(ROOT / "annotations" / split)
    }
    assert listed == there
    assert len(rows) == len(there)
    characters = {
        path.stem: len(read(path)[0].text) for path in files(ROOT / "annotations")
    }
    assert sum(characters.values()) >= 40_000
    assert {row["document"]: int(row["characters"]) for row in rows} == characters


def test_no_sentence_is_a_source_s():
    """Where the source reports lie beside the checkout, none of their text is ours."""
    tool = Path(
        os.environ.get("BAOSHU_SHARED", ROOT.parent / "shared"), "tools/overlap.py"
    )
    if not tool.is_file():
        pytest.skip("the source reports are not beside this checkout")
    done = subprocess.run(
        [sys.executable, tool], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
