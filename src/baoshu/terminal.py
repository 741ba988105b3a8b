"""What a person sees on a terminal: lines, a progress bar, tables of figures and scores.

Colour and bars only where the stream is a terminal; rich looks at NO_COLOR and TERM, and
knows how wide a character is.
"""

import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from baoshu.messages import CHINESE, _

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from baoshu.fact_table import Fact
    from baoshu.verification import Finding

_BOUNDS = {"at_least": "≥", "at_most": "≤"}
_CHANGES = {"up": "↑", "down": "↓"}
_FILE_WIDTH = 160
_KINDS = {
    "sum": _("sum"), "part": _("part"), "rate": _("rate"), "average": _("average"),
    "product": _("product"), "change": _("change"), "repeat": _("repeat"), "bound": _("bound"),
}  # fmt: skip
_VERDICTS = {"consistent": "=", "rounding": "≈", "contradiction": "≠"}


def say(message: str) -> None:
    """Print one line on standard error, however long it is."""
    _errors().print(Text(message), soft_wrap=True)


def complain(message: str) -> None:
    """Print one line on standard error that says who complains."""
    _errors().print(Text.assemble(("baoshu: ", "bold red"), message), soft_wrap=True)


def _errors() -> Console:
    return Console(stderr=True, highlight=False)


@contextmanager
def progress(
    doing: str, total: int = 1, *, shown: bool = True
) -> Iterator[Callable[[], None]]:
    """Show that work goes on, where somebody looks at a terminal; then clear it away.

    Args:
        doing: What is done.
        total: Of how many things; the call that is yielded counts one. The bar of a
            single one says only that it goes on, and how long it has.
        shown: Whether the terminal is free for it.
    """
    console = _errors()
    if not (shown and sys.stderr.isatty() and console.is_interactive):
        yield lambda: None
        return
    columns: list[ProgressColumn] = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
    ]
    if total > 1:
        columns += [
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        ]
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task(doing, total=total if total > 1 else None)
        yield lambda: bar.advance(task)


def print_table(rows: "Iterable[Fact]", file: IO[str] | None = None) -> int:
    """Print facts as a table, to the terminal or to a file, and return their number.

    Values are exact; ~ means approximate, ≥ and ≤ a bound, ↑ and ↓ a change.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(_("figure"), style="bold", no_wrap=True)
    table.add_column(_("value"), justify="right", no_wrap=True)
    table.add_column(_("unit"), no_wrap=True)
    for name in (
        _("indicator"), _("measures"), _("scope"), _("period"), _("part of")
    ):  # fmt: skip
        table.add_column(name, overflow="fold", min_width=4)
    table.add_column(_("note"), style="yellow", no_wrap=True)
    table.add_column(_("conf."), style="dim", justify="right", no_wrap=True)
    count = 0
    for row in rows:
        # Text, not str: a report may hold [brackets], which rich would take as markup.
        table.add_row(*(Text(cell) for cell in _cells(row)))
        count += 1
    if count:
        _console(file).print(table)
    return count


def _console(file: IO[str] | None) -> Console:
    console = Console(file=file, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(file=file, highlight=False, width=_FILE_WIDTH)
    return console


def _cells(row: "Fact") -> list[str]:
    return [
        row.text,
        format_value(row),
        row.unit_measure or "",
        row.indicator,
        row.measures,
        row.scope,
        row.time_period,
        row.part_of,
        _("plan") if row.planned else "",
        f"{row.confidence:.2f}",
    ]


def format_value(row: "Fact") -> str:
    """Write a value with its signs: ~≥1,200 or ↑2.1."""
    if row.obs_value is None:
        return "?"
    number = _number(row.obs_value)
    if row.obs_upper is not None:
        number += f"–{_number(row.obs_upper)}"
    signs = ("~" if row.approximate else "") + _BOUNDS.get(row.bound or "", "")
    return _CHANGES.get(row.change or "", "") + signs + number


def _number(value: Decimal) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def print_equations(
    findings: "Iterable[Finding]", places: "Mapping[Doc, tuple[str, int]]"
) -> None:
    """Print findings as a table: where the figure at fault stands, and its equation.

    = fits, ≈ is rounded, ≠ contradicts.

    Args:
        findings: What `baoshu.verify` returned.
        places: Of each Doc the name of its document, and where in that it starts.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(_("document"), overflow="fold", min_width=8)
    table.add_column(_("at"), justify="right", no_wrap=True)
    table.add_column(_("figure"), style="bold", overflow="fold", min_width=6)
    table.add_column(_("kind"), no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column(_("equation"), overflow="fold", min_width=14)
    table.add_column(_("why"), overflow="fold", min_width=14)
    table.add_column(_("conf."), style="dim", justify="right", no_wrap=True)
    for finding in findings:
        first = finding.figures[0]
        name, offset = places[first.doc]
        said = finding.explanation
        cells = (
            name,
            str(first.start_char + offset),
            first.text,
            _KINDS[finding.kind],
            _VERDICTS[finding.verdict],
            finding.equation,
            said.zh if CHINESE else said.en,
            f"{finding.confidence:.2f}",
        )
        table.add_row(*(Text(cell) for cell in cells))
    if table.row_count:
        _console(None).print(table)


def print_scores(name: str, metrics: Mapping[str, Any]) -> None:
    """Print one evaluation: seqeval's span report, then links, facts and flags."""
    console = _console(None)
    console.print(
        f"{name}: {metrics['documents']} documents, {metrics['characters']:,} characters, "
        f"{metrics['gold_figures']} figures, {metrics['gold_links']} links"
    )
    links = metrics["links"]
    _print_rows(
        console,
        "spans (seqeval, strict IOB2)",
        {
            **metrics["spans"]["by_label"],
            "all": metrics["spans"],
            "figures": metrics["figures"],
        },
    )
    _print_rows(
        console,
        "links",
        {
            **links["by_type"],
            "end to end": links["end_to_end"],
            "on gold mentions": links["on_gold_mentions"],
            "nearest mention, on gold": links["nearest_mention_on_gold"],
        },
    )
    _print_rows(console, "links by slice, end to end", links["by_slice"])
    _print_rows(
        console, "facts and flags", {"facts": metrics["facts"], **metrics["flags"]}
    )
    fit = metrics["calibration"]
    console.print(
        f"confidence: mean {fit['confidence']:.3f}, right {fit['right']:.3f}, "
        f"expected calibration error {fit['ece']:.3f}"
    )


def print_agreement(metrics: Mapping[str, Any]) -> None:
    """Print how far two readers of the same texts agree: spans, links, facts, flags."""
    console = _console(None)
    console.print(f"two readers of {metrics['documents']} documents")
    spans, links = metrics["spans"], metrics["links"]
    rows = {**spans["by_label"], "all": spans, "figures": metrics["figures"]}
    _print_rows(console, "spans (seqeval, strict IOB2)", rows)
    _print_rows(console, "links", {**links["by_type"], "all": links})
    rows = {"facts": metrics["facts"], **metrics["flags"]}
    _print_rows(console, "facts and flags", rows)


def _print_rows(console: Console, title: str, rows: Mapping[str, Mapping]) -> None:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for head in ("precision", "recall", "F1", "n"):
        table.add_column(head, justify="right")
    for name, row in rows.items():
        numbers = [f"{row[key]:.4f}" for key in "prf"]
        table.add_row(name, *numbers, str(row.get("n", "")))
    console.print(table)


def print_spread(results: Mapping[str, Mapping[str, Any]]) -> None:
    """Print mean and standard deviation of the main scores over several pipelines."""
    console = _console(None)
    table = Table(
        title=f"F1 of {len(results)} pipelines", title_justify="left", box=SIMPLE_HEAD
    )
    for head in ("", "mean", "sd", "least", "most"):
        table.add_column(head, justify="right" if head else "left")
    for name, pick in {
        "spans": lambda m: m["spans"]["f"],
        "figures": lambda m: m["figures"]["f"],
        "links end to end": lambda m: m["links"]["end_to_end"]["f"],
        "links on gold mentions": lambda m: m["links"]["on_gold_mentions"]["f"],
        "facts": lambda m: m["facts"]["f"],
    }.items():
        values = [pick(metrics) for metrics in results.values()]
        summary = (
            statistics.mean(values),
            statistics.stdev(values),
            min(values),
            max(values),
        )
        table.add_row(name, *(f"{value:.4f}" for value in summary))
    console.print(table)
