"""Where figures go: the terminal, a pipe, or a file written whole or not at all."""

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from spacy.language import Language
from spacy.tokens import Doc

from baoshu.errors import BaoshuError
from baoshu.extraction import Run, extract
from baoshu.fact_table import Fact
from baoshu.messages import _, ngettext
from baoshu.table_files import WRITERS, write_csv
from baoshu.terminal import print_equations, print_table, progress, say
from baoshu.verification import Finding, to_json

_FORMATS = {".txt": "table", **{ending: ending[1:] for ending in WRITERS}}
_PRINTED = ("table", "csv", "jsonl")


def format_for(output: Path | None, asked: str | None) -> str:
    """Return the format asked for, or the one that the ending of ``output`` says.

    Raises:
        BaoshuError: The ending says none, or the format cannot be printed.
    """
    form = asked or (_FORMATS.get(output.suffix.lower()) if output else "table")
    if form is None:
        said = _(
            "{name}: the ending says no format: use .csv, .jsonl, .parquet, .xlsx "
            "or .txt, or --format"
        )
        raise BaoshuError(said.format(name=output))
    if output is None and form not in _PRINTED:
        said = _("{format} cannot be printed: name a file with --output")
        raise BaoshuError(said.format(format=form))
    return form


def print_facts(nlp: Language, run: Run, form: str) -> None:
    """Print the facts of a run: into a pipe as they come, on a terminal at the end."""
    with ExitStack() as shown:
        bar = progress(_("reading"), len(run.paths), shown=not run.typed)
        rows: Iterable[Fact] = extract(nlp, run, advance=shown.enter_context(bar))
        if form == "table" or sys.stdout.isatty():
            rows = list(rows)
            shown.close()  # the bar is gone before they are printed
        if form == "table":
            _print_table(rows, len(run.paths) - len(run.failed))
        elif form == "csv":
            write_csv(rows, sys.stdout.buffer, "utf8")  # a pipe wants no mark
        else:
            WRITERS[f".{form}"](rows, sys.stdout.buffer)


def _print_table(rows: Iterable[Fact], documents: int) -> None:
    if documents:
        n = print_table(rows)
        figures = ngettext("{n} figure", "{n} figures", n).format(n=n)
        where = ngettext("{n} document", "{n} documents", documents)
        said = _("{figures} in {documents}")
        print(said.format(figures=figures, documents=where.format(n=documents)))


def print_findings(
    findings: Sequence[Finding], places: Mapping[Doc, tuple[str, int]], form: str
) -> None:
    """Print findings as a table or, one a line, as JSON.

    Args:
        findings: What `baoshu.verify` returned.
        places: Of each Doc the name of its document, and where in that it starts.
        form: "table" or "jsonl".
    """
    if form == "table":
        print_equations(findings, places)
    else:
        for finding in findings:
            print(json.dumps(to_json(finding, places), ensure_ascii=False))


def write_facts(nlp: Language, run: Run, form: str, output: Path) -> None:
    """Write the facts of a run to a file, and say what was done."""
    journal = (
        output.with_name(f".{output.name}.journal") if len(run.paths) > 1 else None
    )
    began = time.monotonic()
    with (
        whole_file(output) as file,
        progress(_("reading"), len(run.paths), shown=not run.typed) as advance,
    ):
        rows = extract(nlp, run, journal, advance)
        if form == "table":
            text = io.TextIOWrapper(file, "utf8")
            count = print_table(rows, text)
            text.detach()
        else:
            count = WRITERS[f".{form}"](rows, file)
    if journal is not None:
        journal.unlink(missing_ok=True)
    said = ngettext(
        "{name}: {n} figure, {characters:,} characters in {seconds:.0f} s",
        "{name}: {n} figures, {characters:,} characters in {seconds:.0f} s",
        count,
    ).format(
        name=output,
        n=count,
        characters=run.characters,
        seconds=time.monotonic() - began,
    )
    if run.resumed:
        more = _("{n} files from a run cut off before").format(n=run.resumed)
        said += f" ({more})"
    say(said)


def write_json(value: object, path: Path) -> None:
    """Write a value as JSON that a person can read too."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    with whole_file(path) as file:
        file.write(text.encode("utf8"))


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file whole or not at all: under another name until it is finished.

    Raises:
        BaoshuError: It cannot be written there.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        said = _("{name}: cannot be written ({why})")
        raise BaoshuError(said.format(name=path, why=error.strerror)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
