"""The commands as a person meets them: messages, exit codes, whole files or none."""

import csv
import json
import subprocess
import sys

import pytest

from conftest import ROOT

TEXT = (
    "2023年，全县共有医疗机构85家，重点人群签约率达到68.3%，比上年提高2.1个百分点。\n"
)


def baoshu(*args, stdin=None, cwd=ROOT):
    done = subprocess.run(
        [sys.executable, "-m", "baoshu.cli", *map(str, args)],
        input=stdin, capture_output=True, cwd=cwd, check=False,
    )  # fmt: skip
    out, err = done.stdout.decode("utf8"), done.stderr.decode("utf8")
    assert "Traceback" not in err
    return done.returncode, out, err


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("reports") / "report.txt"
    path.write_text(TEXT, "utf8")
    return path


def test_extract_prints_a_table(report):
    code, out, _ = baoshu("extract", report)
    assert code == 0
    assert "68.3%" in out and "签约率" in out
    assert "3 figures in 1 document" in out


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_encodings_give_the_same_rows(tmp_path, report, encoding):
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT.encode(encoding))
    rows = [baoshu("extract", p, "-f", "jsonl")[1] for p in (report, path)]
    assert rows[0] == rows[1] != ""


def test_standard_input_and_offsets():
    code, out, _ = baoshu("extract", "-", "-f", "jsonl", stdin=TEXT.encode())
    assert code == 0
    for row in map(json.loads, out.splitlines()):
        assert TEXT[row["start"] : row["end"]] == row["text"]


def test_csv_is_whole_and_opens_in_a_spreadsheet(tmp_path, report):
    path = tmp_path / "out.csv"
    code, _, err = baoshu("extract", report, "-o", path)
    assert code == 0 and "3 figures" in err
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_csv_in_a_pipe_has_no_mark(report):
    code, out, _ = baoshu("extract", report, "-f", "csv")
    assert code == 0 and out.startswith("document,")


def test_one_bad_file_is_said_and_the_others_are_done(tmp_path, report):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "image.txt").write_bytes(bytes(range(256)) * 40)
    bad = [tmp_path / name for name in ("empty.txt", "image.txt", "absent.txt")]
    code, out, err = baoshu("extract", *bad, report, "-f", "jsonl")
    assert code == 1
    assert len(out.splitlines()) == 3
    for path in bad:
        assert str(path) in err
    assert "3 of 4 files not read" in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["extract", "REPORT", "-o", "out.pdf"], "the ending says no format"),
        (["extract", "REPORT", "-m", "no/such/model"], "no pipeline there"),
        (["extract", "REPORT", "-o", "no/such/folder/out.csv"], "cannot be written"),
        (["check", "no/such/folder"], "no such file or folder"),
        (["convert", "no/such/folder"], "no such file or folder"),
        (["evaluate", "-d", "no/such.spacy"], "no such file"),
    ],
)
def test_errors_are_one_message(tmp_path, report, args, message):
    args = [report if arg == "REPORT" else arg for arg in args]
    code, _, err = baoshu(*args, cwd=tmp_path)
    assert code == 1
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_another_version_is_said(tmp_path, report):
    import shutil

    from baoshu.loading import shipped

    model = tmp_path / "model"
    shutil.copytree(shipped(), model)
    cfg = json.loads((model / "ner" / "cfg").read_text("utf8"))
    (model / "ner" / "cfg").write_text(json.dumps({**cfg, "format": 0}), "utf8")
    code, out, err = baoshu("extract", report, "-m", model)
    assert (code, out) == (1, "")
    assert "made for format 0" in err and "train the model again" in err


def test_check_prints_file_and_line(tmp_path):
    (tmp_path / "bad.txt").write_text("一\n{THING|东西}", "utf8")
    code, out, err = baoshu("check", tmp_path)
    assert code == 1
    assert "bad.txt:2: unknown label THING" in out
    assert "1 file, 1 problem" in err


def test_evaluate_writes_metrics(tmp_path, tiny_annotations):
    pytest.importorskip("seqeval")
    path = tmp_path / "metrics.json"
    code, out, _ = baoshu("evaluate", "-d", tiny_annotations / "train", "-o", path)
    assert code == 0
    assert "seqeval" in out and "on gold mentions" in out
    metrics = json.loads(path.read_text("utf8"))
    assert metrics["gold_figures"] == 5


def test_help_and_version():
    from baoshu import __version__

    assert baoshu("--version")[1].strip() == f"baoshu {__version__}"
    code, out, _ = baoshu("--help")
    assert code == 0
    for command in (
        "extract",
        "view",
        "check",
        "convert",
        "evaluate",
        "checkpoint",
        "package",
    ):
        assert command in out


def test_view_writes_a_page(tmp_path, report):
    code, _, err = baoshu("view", report, cwd=tmp_path)
    assert code == 0 and "report.view.html" in err
    assert "68.3%" in (tmp_path / "report.view.html").read_text("utf8")


def test_a_text_longer_than_a_doc_may_be_is_read_in_blocks(tmp_path):
    """Many blocks, each offset into the whole text."""
    text = (TEXT + "本段没有数字，只有名称：汀渚县。\n" * 40) * 70
    path = tmp_path / "long.txt"
    path.write_text(text, "utf8")
    code, out, _ = baoshu("extract", path, "-f", "jsonl")
    assert code == 0 and len(text) > 50_000
    rows = [json.loads(line) for line in out.splitlines()]
    assert rows[-1]["start"] > 50_000
    assert all(text[row["start"] : row["end"]] == row["text"] for row in rows)


def test_audit_prints_doubts_and_is_no_error(tmp_path):
    (tmp_path / "a.txt").write_text("共有{COUNT|12家}。", "utf8")
    code, out, err = baoshu("check", tmp_path, "--audit")
    assert code == 0 and "a figure without a link" in out
    assert "0 problems, 1 doubt to be read" in err


def test_agree_prints_and_writes(tmp_path, tiny_annotations):
    path = tmp_path / "agreement.json"
    code, out, _ = baoshu("agree", tiny_annotations, tiny_annotations, "-o", path)
    assert code == 0 and "two readers of 4 documents" in out
    assert json.loads(path.read_text("utf8"))["links"]["f"] == 1.0
