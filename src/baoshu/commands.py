"""The app that the commands register with, and how: help in the language of the reader."""

from typing import Any

import typer

from baoshu.messages import _
from baoshu.usage import Command, Commands

app = typer.Typer(
    cls=Commands,
    help=_("Read Chinese public-sector reports into figures one can trust (报数)."),
    epilog=_("To begin: baoshu extract REPORT"),
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(group: str, *about: str, examples: tuple[str, ...] = ()) -> Any:
    """Register a command under a heading: one line about it for the list, then more."""
    return app.command(
        cls=Command,
        rich_help_panel=group,
        help="\n\n".join(about),
        epilog="\n\n".join([_("Examples:"), *examples]) if examples else None,
    )


def argument(metavar: str, text: str) -> Any:
    return typer.Argument(metavar=metavar, help=text)


def option(name: str, letter: str, metavar: str, text: str) -> Any:
    return typer.Option(name, letter, metavar=metavar, help=text)


MODEL = option(
    "--model", "-m", _("MODEL"), _("A pipeline; by default the one that ships.")
)
