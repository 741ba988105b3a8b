"""What is said to a person has a Chinese text, and the locale decides which is said."""

import ast
import gettext
import os
import re
import subprocess
import sys
from string import Formatter

import pytest

from conftest import ROOT

SOURCE = ROOT / "src" / "baoshu"
CATALOGUE = SOURCE / "locale" / "zh_CN" / "LC_MESSAGES" / "baoshu.po"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def chinese():
    """The .po: each English text, singular where it has a plural, with its Chinese."""
    pofile = pytest.importorskip("babel.messages.pofile")
    with CATALOGUE.open("rb") as file:
        messages = [m for m in pofile.read_po(file) if m.id]
    assert not [m.id for m in messages if m.fuzzy]
    return {_first(m.id): _first(m.string) for m in messages}


def _first(text):
    return text if isinstance(text, str) else text[0]


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_message_has_a_chinese_text(chinese):
    extract = pytest.importorskip("babel.messages.extract")
    found = {_first(m) for _, _, m, *_ in extract.extract_from_dir(str(SOURCE))}
    assert len(found) > 100
    assert found == set(chinese), "run the pybabel commands of CONTRIBUTING.md"


def test_a_chinese_text_says_the_same_things(chinese):
    for english, text in chinese.items():
        assert fields(text) == fields(english), english
        words = re.sub(r"\{.*?\}", "", text)
        assert HAN.search(words) or not re.search("[A-Za-z]", words), english


def test_the_mo_is_the_po_compiled(chinese):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    compiled.pop("")
    assert {_first(english): text for english, text in compiled.items()} == chinese


def test_every_error_can_be_translated():
    """None is raised with a bare text; what spacy train prints is English throughout."""
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == (
                "BaoshuError"
            ):
                bare = isinstance(node.args[0], ast.Constant | ast.JoinedStr)
                assert not bare, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "例子："),
        ({"LANG": "zh_CN.GB18030"}, "例子："),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "例子："),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "Examples:"),
        ({"LC_ALL": "de_DE.UTF-8"}, "Examples:"),
        ({"LANGUAGE": "de:zh_CN", "LANG": "de_DE.UTF-8"}, "例子："),
        ({}, "Examples:"),
    ],
)
def test_the_locale_decides(settings, said):
    code = "from baoshu.messages import _; print(_('Examples:'))"
    assert run("-c", code, settings=settings) == said


def run(*args, settings):
    known = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    environment = {k: v for k, v in os.environ.items() if k not in known}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", *args],
        env=environment | settings, capture_output=True, encoding="utf8", check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).strip()


COMMANDS = ["", "extract", "view", "verify", "check", "agree", "convert", "checkpoint", "package", "evaluate"]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_chinese_throughout(command):
    """Each line but examples and what is the name of something, typer's own included."""
    args = [command] if command else []
    said = run("-m", "baoshu.cli", *args, "--help", settings={"LANG": "zh_CN.UTF-8"})
    assert "用法：" in said and "选项" in said
    for line in said.splitlines():
        plain = re.sub(r"-\S+|[│╭╮╰╯─]", "", line).strip()
        if plain and "baoshu " not in plain:
            assert HAN.search(plain), line
        assert not re.search(r"\b(the|of|to|Show|Install|Usage|Options)\b", line)


def test_errors_are_chinese(tmp_path):
    said = run(
        "-m", "baoshu.cli", "extrac", settings={"LANG": "zh_CN.UTF-8"}
    )  # fmt: skip
    assert said == "baoshu: 没有这个命令：extrac；是不是 extract？（见 baoshu --help）"
    said = run(
        "-m", "baoshu.cli", "extract", str(tmp_path / "scan.jpg"),
        settings={"LANG": "zh_CN.UTF-8"},
    )  # fmt: skip
    assert said == f"baoshu: {tmp_path / 'scan.jpg'}：不读 .jpg：请先做 OCR"
