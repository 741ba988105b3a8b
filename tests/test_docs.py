"""README and notebooks run, and say what comes out."""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conftest import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```", re.S | re.M)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.S | re.M)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_blocks_print_what_they_say(name, monkeypatch):
    """A line ``# Out: …`` behind a print is what that print must say."""
    monkeypatch.chdir(ROOT)
    blocks = BLOCK.findall((ROOT / name).read_text("utf8"))
    assert blocks
    scope: dict = {}
    for block in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block, name, "exec"), scope)
        expected = re.findall(r"^\s*# Out: (.*)$", block, re.M)
        assert out.getvalue().splitlines() == expected


def printed(script):
    """Run a script with `baoshu` on the path; return the lines it prints, without blanks."""
    with tempfile.TemporaryDirectory() as folder:
        tool = Path(folder) / "baoshu"
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m baoshu.cli "$@"\n')
        tool.chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        }
        for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
            environment.pop(name, None)
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, env={**environment, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf8", check=False,
        )  # fmt: skip
    return [line.rstrip() for line in done.stdout.splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_terminal_sessions_print_what_they_say(name):
    """A line that begins with "$ " is typed, the lines under it are what it prints."""
    blocks = CONSOLE.findall((ROOT / name).read_text("utf8"))
    assert blocks
    for block in blocks:
        lines = block.splitlines()
        typed = [line[2:] for line in lines if line.startswith("$ ")]
        said = [line for line in lines if line and not line.startswith("$ ")]
        assert printed("\n".join(typed)) == said


def test_readme_shows_what_its_first_command_prints():
    text = (ROOT / "README.md").read_text("utf8")
    command = re.search(r"&& (baoshu extract examples/\S+)\n```\n\n```\n", text)
    said = text[command.end() :].partition("\n```")[0].splitlines()
    assert printed(f"cd '{ROOT}' && {command[1]}") == said


def test_readme_has_the_two_commands():
    text = (ROOT / "README.md").read_text("utf8")
    lines = [line for line in text.splitlines() if line.startswith("python3 -m venv")]
    assert len(lines) == 2
    assert "baoshu extract" in lines[0] and "pytest" in lines[1]
    # What .ci/run reads off the README: its second command and nothing else.
    pattern = re.search(r"grep '(.*)' README.md", (ROOT / ".ci/run").read_text())
    assert pattern and [x for x in lines if re.match(pattern[1], x)] == lines[1:]
    for name in re.findall(r"examples/\S+\.txt", text):
        assert (ROOT / name).is_file()


def test_readmes_state_the_shipped_scores():
    """The numbers in the tables are those of the metrics files beside the model."""
    import json

    metrics = json.loads((ROOT / "models/zh_baoshu/metrics.json").read_text("utf8"))
    numbers = [
        metrics["spans"]["f"],
        metrics["figures"]["f"],
        metrics["links"]["end_to_end"]["f"],
        metrics["links"]["on_gold_mentions"]["f"],
        metrics["facts"]["f"],
    ]
    for name in ("README.md", "README.zh-CN.md", "models/README.md"):
        text = (ROOT / name).read_text("utf8")
        for number in numbers:
            assert f"{100 * number:.1f}" in text, f"{name} lacks {100 * number:.1f}"


def test_notebooks(monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert paths
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        resources = {"metadata": {"path": str(path.parent)}}
        client.NotebookClient(notebook, timeout=120, resources=resources).execute()
        assert any(cell.get("outputs") for cell in notebook.cells)
