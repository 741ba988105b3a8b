"""The commands that read reports: extract, view, verify.

What is slow to import is imported in the command that needs it, under its progress bar.
"""

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baoshu.commands import MODEL, argument, command, option
from baoshu.errors import BaoshuError
from baoshu.messages import _, ngettext
from baoshu.terminal import complain, progress, say

if TYPE_CHECKING:
    from baoshu.extraction import Run


class Format(str, Enum):
    """What `extract` writes and, of these, `verify` prints."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    xlsx = "xlsx"


_REPORTS = argument(
    _("FILE"),
    _("Reports (txt, html, docx, pdf), folders of them, or - for standard input."),
)


@command(
    _("Reports"),
    _("Print the figures of reports, or write them to a file."),
    _(
        "A file that cannot be read is named, the others are done all the same, and the "
        "exit code is 1. A run over many files that was cut off goes on where it was "
        "when the same command is given again."
    ),
    examples=(
        "baoshu extract report.docx",
        "baoshu extract reports/ -o figures.csv",
        "cat report.txt | baoshu extract - -f jsonl > figures.jsonl",
    ),
)
def extract(
    paths: Annotated[list[str], _REPORTS],
    output: Annotated[
        Path | None,
        option(
            "--output", "-o", _("FILE"), _("File to write; by default the terminal.")
        ),
    ] = None,
    form: Annotated[
        Format | None,
        option(
            "--format",
            "-f",
            _("FORMAT"),
            _(
                "table, csv, jsonl, parquet or xlsx; by default from the output's ending."
            ),
        ),
    ] = None,
    model: Annotated[str | None, MODEL] = None,
) -> None:
    with progress(_("starting")):
        from baoshu.extraction import plan
        from baoshu.loading import load
        from baoshu.output import format_for, print_facts, write_facts

        writes = format_for(output, form and form.value)
        run = plan(paths)
        nlp = load(model)
    if run.typed:
        _invite()
    if output is None:
        print_facts(nlp, run, writes)
    else:
        write_facts(nlp, run, writes, output)
    _say_left(run)


def _say_left(run: "Run") -> None:
    """Say which files were not read; exit with 1 where that was an error."""
    for message in (*run.partly, *run.failed):
        complain(message)
    if run.left_out:
        said = ngettext(
            "{n} file of another kind left out",
            "{n} files of other kinds left out",
            run.left_out,
        )
        complain(said.format(n=run.left_out))
    if run.failed and len(run.paths) > 1:
        said = _("{n} of {all} files not read")
        complain(said.format(n=len(run.failed), all=len(run.paths)))
    if run.failed:
        raise typer.Exit(1)


def _invite() -> None:
    say(_("type or paste a report; Ctrl-D on a line of its own ends it"))


@command(
    _("Reports"),
    _("Write a report as a page: text in colour beside its figures."),
    examples=("baoshu view report.docx", "baoshu view report.html -o page.html"),
)
def view(
    report: Annotated[
        str,
        argument(
            _("REPORT"), _("A report: txt, html, docx, pdf, or - for standard input.")
        ),
    ],
    output: Annotated[
        Path | None,
        option(
            "--output",
            "-o",
            _("PAGE"),
            _("Page to write; by default REPORT.view.html."),
        ),
    ] = None,
    model: Annotated[str | None, MODEL] = None,
) -> None:
    with progress(_("starting")):
        from baoshu.extraction import read_figures, read_named
        from baoshu.loading import load
        from baoshu.output import whole_file
        from baoshu.view import render_page

        nlp = load(model)
    path = None if report == "-" else Path(report)
    if path is None and sys.stdin.isatty():
        _invite()
    document = read_named(path)
    stem = "standard-input" if path is None else path.stem
    output = output or Path(f"{stem}.view.html")
    with progress(_("reading")), whole_file(output) as file:
        page = render_page(read_figures(nlp, document), document)
        file.write(page.encode("utf8"))
    say(_("{name}: open it in a browser").format(name=output))


@command(
    _("Reports"),
    _("Check whether reports add up: print the figures that contradict others."),
    _(
        "Sums, shares, averages, changes and repetitions are checked, in each report and "
        "between those given. The exit code is 0 where nothing contradicts, 2 where "
        "something does, and 1 where a file could not be read."
    ),
    examples=(
        "baoshu verify report.docx",
        "baoshu verify reports/ --all -f jsonl > equations.jsonl",
    ),
)
def verify(
    paths: Annotated[list[str], _REPORTS],
    every: Annotated[
        bool,
        typer.Option(
            "--all", help=_("Print every equation tried, doubtful ones included.")
        ),
    ] = False,
    form: Annotated[
        Format,
        option("--format", "-f", _("FORMAT"), _("table or jsonl.")),
    ] = Format.table,
    model: Annotated[str | None, MODEL] = None,
) -> None:
    with progress(_("starting")):
        from baoshu.extraction import plan, read_all
        from baoshu.loading import load
        from baoshu.output import print_findings
        from baoshu.verification import contradictions
        from baoshu.verification import verify as equations_of

        if form not in (Format.table, Format.jsonl):
            said = _("findings are printed as table or jsonl, not as {format}")
            raise BaoshuError(said.format(format=form.value))
        run = plan(paths)
        nlp = load(model)
    if run.typed:
        _invite()
    with progress(_("reading"), len(run.paths), shown=not run.typed) as advance:
        places = read_all(nlp, run, advance)
        tried = equations_of(places)
        wrong = contradictions(tried)
    print_findings(tried if every else wrong, places, form.value)
    said = ngettext(
        "{n} contradiction in {all} equations tried",
        "{n} contradictions in {all} equations tried",
        len(wrong),
    )
    say(said.format(n=len(wrong), all=len(tried)))
    _say_left(run)
    if wrong:
        raise typer.Exit(2)
