"""A terminal gets a bar, colour and completion; a pipe gets the text and nothing else."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

pty = pytest.importorskip("pty", reason="no terminals to be had here")

TEXT = "2023年，全县重点人群签约率达到68.3%。\n"
CONTROL = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:[\d;]*;)?(?:3[0-8]|9[0-7])(?:;[\d;]*)?m")


def on_a_terminal(*args, output=None, **settings):
    """Run a command, its output into a file if one is given; return what a person saw."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **settings}
    for name in ("NO_COLOR", "FORCE_COLOR"):
        if name not in settings:
            environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "baoshu.cli", *map(str, args)],
        stdin=subprocess.DEVNULL, stdout=output or theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            seen += (more := os.read(ours, 65536))
        except OSError:  # Linux says so that the other end is closed
            break
        if not more:
            break
    os.close(ours)
    process.wait()
    return seen.decode("utf8")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(TEXT, "utf8")
    return folder


def test_a_bar_counts_the_files_and_is_cleared_away(reports):
    seen = on_a_terminal("extract", reports)
    assert "starting" in seen and "reading" in seen and "2/2" in seen
    shown, cleared, printed = seen.rpartition("\x1b[2K")
    assert cleared and "━" in shown
    table = CONTROL.sub("", printed)
    assert "68.3%" in table and "2 figures in 2 documents" in table
    assert "reading" not in table
    assert COLOUR.search(seen)


def test_rows_go_into_a_pipe_while_the_bar_is_on_the_terminal(reports, tmp_path):
    with (tmp_path / "rows").open("w+b") as file:
        seen = on_a_terminal("extract", reports, "-f", "jsonl", output=file)
    assert "reading" in seen and "68.3%" not in seen
    piped = (tmp_path / "rows").read_text("utf8")
    assert len(piped.splitlines()) == 2 and "\x1b" not in piped


@pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(settings):
    seen = on_a_terminal("extrac", **settings)
    assert "no such command" in seen and not COLOUR.search(seen)


def test_no_bar_on_a_terminal_that_cannot_clear_it(reports):
    seen = on_a_terminal("extract", reports, TERM="dumb")
    assert "68.3%" in seen and "\x1b" not in seen and "reading" not in seen


def test_a_pipe_gets_no_bar_and_no_colour(reports):
    done = subprocess.run(
        [sys.executable, "-m", "baoshu.cli", "extract", str(reports), "absent.txt"],
        capture_output=True, encoding="utf8", check=False,
    )  # fmt: skip
    assert "\x1b" not in done.stdout + done.stderr
    assert "2 figures in 2 documents" in done.stdout
    assert done.stderr.splitlines() == [
        "baoshu: absent.txt: cannot be read (No such file or directory)",
        "baoshu: 1 of 3 files not read",
    ]


def test_a_wrong_call_is_one_line_in_colour():
    seen = on_a_terminal("extrac")
    assert COLOUR.search(seen)
    assert CONTROL.sub("", seen).splitlines() == [
        "baoshu: no such command: extrac; did you mean extract? (see baoshu --help)"
    ]


def test_typing_is_asked_for(reports):
    """Standard input that is a terminal: somebody has to know that they may write."""
    import pexpect

    command = f"{sys.executable} -m baoshu.cli extract -"
    child = pexpect.spawn(command, encoding="utf8", timeout=60, env=dict(os.environ))
    child.expect("Ctrl-D")
    child.sendline(TEXT.strip())
    child.sendeof()
    child.expect("1 figure in 1 document")
    child.wait()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ex", ["extract"]),
        ("extract --fo", ["--format"]),
        ("extract -f ", ["table", "csv", "jsonl", "parquet", "xlsx"]),
        ("extract rep", []),  # bash completes names of files by itself then
    ],
)
def test_bash_completes(tmp_path, typed, offered):
    tool = tmp_path / "baoshu"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m baoshu.cli "$@"\n')
    tool.chmod(0o755)
    words = ["baoshu", *typed.split(" ")]
    script = f"""
        source <(_BAOSHU_COMPLETE=source_bash baoshu)
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
        _baoshu_completion baoshu; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env={**os.environ, "PATH": path},
        capture_output=True, encoding="utf8", check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.split() == offered
