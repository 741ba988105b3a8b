"""Imports go one way, and none of them pulls torch in where it is not needed."""

import ast
import subprocess
import sys
from importlib import metadata

import pytest

from conftest import ROOT

ORDER = [
    "errors", "labels", "messages", "extensions", "chars", "windows", "markup", "pipe", "checkpoint",
    "tokens", "phenomena", "annotations", "sections", "documents", "reading", "read_html", "docx_numbers", "read_docx", "read_pdf", "augment", "corpus", "encoder", "runtime", "unquantize", "resume", "ner_model", "ner",
    "numerals", "periods", "levels", "units", "wording", "normalize", "audit", "cues", "pairs", "decoding", "linker_model", "link_targets", "scoring", "linker", "figures", "normalizer",
    "loading", "slices", "evaluation", "calibration", "graph", "quantize", "export", "standins", "words",
    "intervals", "terms", "equations", "slips", "sums", "rates", "averages", "changes", "repeats", "verification", "fact_table", "table_files",
    "extraction", "spark", "terminal", "view", "output", "usage", "commands", "report_commands", "training_commands", "cli",
]  # fmt: skip


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "baoshu":
            yield from (a.name for a in node.names if not a.name.startswith("__"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "baoshu."
        ):
            yield node.module.split(".")[1]


def test_imports_go_one_way():
    modules = {p.stem: p for p in (ROOT / "src" / "baoshu").glob("*.py")}
    modules.pop("__init__")
    assert set(modules) == set(ORDER)
    for name, path in modules.items():
        for other in imported(path):
            assert ORDER.index(other) < ORDER.index(name), f"{name} imports {other}"


def test_every_entry_point_loads():
    found = [
        entry
        for entry in metadata.distribution("baoshu").entry_points
        if entry.group.startswith("spacy") or entry.group == "console_scripts"
    ]
    assert len(found) >= 11
    for entry in found:
        assert entry.load() is not None


@pytest.mark.parametrize(
    "code",
    [
        "import baoshu",
        "import spacy; spacy.blank('zh')",
        "import baoshu; nlp = baoshu.load(); nlp('全县共有医院12家。')._.figures",
    ],
)
def test_it_works_without_torch(code):
    """In a process where what only training needs cannot be imported."""
    shut = "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers', 'onnx', 'seqeval', 'sklearn', 'pandas']))"
    subprocess.run([sys.executable, "-c", f"{shut}\n{code}"], check=True)
