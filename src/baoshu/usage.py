"""Help and wrong calls, in the language of the reader: what typer says in English only.

typer looks up its headings by gettext, but writes "Usage", the help of its own options
and what is wrong with a call in English: these are said here.
"""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from baoshu.messages import _


def N_(word: str) -> str:
    """Mark a word for translation that is looked up elsewhere."""
    return word


# For pybabel, which does not look into typer.
_TYPERS = (
    N_("Arguments"), N_("Options"), N_("[OPTIONS]"), N_("COMMAND [ARGS]..."),
    N_("[default: {}]"), N_("[required]"), N_("Show this message and exit."),
    N_("Install completion for the current shell."),
    N_("Show completion for the current shell, to copy it or customize the installation."),
)  # fmt: skip


class _Help:
    """What a command and the group of commands have in common."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = (_(piece) for piece in self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage: "))

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            param.help = param.help and _(param.help)
            # A flag takes no value, whatever its type; an argument is named already.
            shown = param.metavar if param.param_type_name == "option" else None
            param.display_type_rich = lambda ctx, shown=shown: shown
        return params


class Command(_Help, TyperCommand):
    """A command whose help is in the language of the reader."""


class Commands(_Help, TyperGroup):
    """The group of commands, likewise; an unknown one is said with its likes."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            said = _("no such command: {name}").format(name=args[0])
            ctx.fail(_or_meant(said, get_close_matches(args[0], names)))
        return super().resolve_command(ctx, args)


def wrong_call(error: typer.TyperException) -> str:
    """Return one line: what is wrong with a call, and where the right one stands."""
    where: Any = getattr(error, "ctx", None)
    said = _("{what} (see {command} --help)")
    return said.format(
        what=_what(error), command=where.command_path if where else "baoshu"
    )


def _what(error: Any) -> str:
    param, option = getattr(error, "param", None), getattr(error, "option_name", None)
    if param is not None:
        name = param.opts[0] if param.param_type_name == "option" else param.metavar
        if not error.message:
            return _("{name} is missing").format(name=name)
        return f"{name}: {error.message.removeprefix('Value error, ').rstrip('.')}"
    if option is not None and hasattr(error, "possibilities"):
        said = _("no such option: {name}").format(name=option)
        return _or_meant(said, error.possibilities or ())
    return " ".join(error.format_message().split()).rstrip(".")


def _or_meant(said: str, names: Collection[str]) -> str:
    if not names:
        return said
    found = ", ".join(names)
    return _("{said}; did you mean {names}?").format(said=said, names=found)
