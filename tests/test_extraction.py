"""Runs over many files: what fails, what was done before, what is left out."""

import pytest

from baoshu import extraction
from baoshu.documents import Document
from baoshu.errors import BaoshuError

TEXT = "2023年，全县共有医疗机构{}家。\n"


@pytest.fixture
def folder(tmp_path):
    for i in range(4):
        (tmp_path / f"{i}.txt").write_text(TEXT.format(i + 10), "utf8")
    (tmp_path / "picture.jpg").write_bytes(b"x")
    return tmp_path


@pytest.fixture
def counting(shipped, monkeypatch):
    """How many texts the pipeline has read."""
    calls = []

    def nlp(doc):
        calls.append(doc.text)
        return shipped(doc)

    nlp.make_doc = shipped.make_doc
    return nlp, calls


def texts(rows):
    return [row.text for row in rows]


def test_a_folder_in_order(folder, counting):
    run = extraction.plan([str(folder)])
    assert (len(run.paths), run.left_out) == (4, 1)
    rows = list(extraction.extract(counting[0], run))
    assert texts(rows) == ["10家", "11家", "12家", "13家"]
    assert [row.document for row in rows] == [f"{i}.txt" for i in range(4)]
    assert run.characters == 4 * len(TEXT.format(10))


def test_a_run_cut_off_goes_on(folder, counting, tmp_path):
    nlp, calls = counting
    journal = tmp_path / "journal"
    first = extraction.extract(nlp, extraction.plan([str(folder)]), journal)
    assert texts([next(first), next(first)]) == ["10家", "11家"]
    first.close()
    (folder / "1.txt").write_text(TEXT.format(99), "utf8")  # changed since
    run = extraction.plan([str(folder)])
    calls.clear()
    assert texts(extraction.extract(nlp, run, journal)) == [
        "10家",
        "99家",
        "12家",
        "13家",
    ]
    assert run.resumed == 1
    assert len(calls) == 3


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_journal_cut_short_loses_only_its_last_file(folder, counting, tmp_path, cut):
    nlp, _ = counting
    journal = tmp_path / "journal"
    whole = list(extraction.extract(nlp, extraction.plan([str(folder)]), journal))
    data = journal.read_bytes()
    journal.write_bytes(data[:-cut])
    run = extraction.plan([str(folder)])
    assert list(extraction.extract(nlp, run, journal)) == whole
    assert run.resumed == 3


def test_one_that_fails_is_said(folder, counting):
    (folder / "1.txt").write_bytes(b"")
    run = extraction.plan([str(folder), str(folder / "absent.txt")])
    done = []
    rows = list(extraction.extract(counting[0], run, advance=lambda: done.append(1)))
    assert texts(rows) == ["10家", "12家", "13家"]
    assert len(run.failed) == 2 and len(done) == 5


def test_what_is_read_in_part_is_said(folder, counting, monkeypatch):
    def read(path):
        return Document(TEXT.format(5), path.name, pictures=(2, 3))

    monkeypatch.setattr(extraction, "read_named", read)
    run = extraction.plan([str(folder / "1.txt")])
    assert texts(extraction.extract(counting[0], run)) == ["5家"]
    assert not run.failed and len(run.partly) == 1
    assert "1.txt: pages 2, 3 are pictures" in run.partly[0]


def test_a_folder_with_nothing_to_read_is_said(tmp_path):
    with pytest.raises(BaoshuError, match="file in it"):
        extraction.plan([str(tmp_path)])


def test_a_block_knows_the_headings_over_it(tmp_path, counting, monkeypatch):
    """Cut into blocks or read whole: the same rows."""
    monkeypatch.setattr(extraction, "MOST_CHARACTERS", 60)
    text = "汀渚县卫健局2023年总结\n一、2023年工作\n全县共有医院12家。\n二、2024年工作打算\n新建卫生室6所。\n改造卫生院3所。\n"
    path = tmp_path / "a.txt"
    path.write_text(text, "utf8")
    rows = list(extraction.extract(counting[0], extraction.plan([str(path)])))
    assert all(text[r.start : r.end] == r.text for r in rows)
    assert [r.section for r in rows] == ["一、2023年工作", *["二、2024年工作打算"] * 2]


def test_three_million_characters(tmp_path, shipped):
    """Mostly white space, so that it takes seconds; offsets reach the end."""
    text = TEXT.format(85) + " " * 1_400_000 + "\n" * 1_600_000 + TEXT.format(86)
    path = tmp_path / "long.txt"
    path.write_text(text, "utf8")
    rows = list(extraction.extract(shipped, extraction.plan([str(path)])))
    assert [row.text for row in rows] == ["85家", "86家"]
    assert all(text[row.start : row.end] == row.text for row in rows)
