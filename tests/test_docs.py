"""README and notebooks run, and say what comes out."""

import contextlib
import io
import re

import pytest

from conftest import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```", re.S | re.M)


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
