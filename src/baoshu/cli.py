"""The command line: arguments in, one message out. Nothing here is imported elsewhere.

Exit codes: 0 all done, 1 an error that was said, 2 a wrong call, 130 stopped; of `verify`
2 too where a report contradicts itself.
"""

import io
import locale
import sys
from contextlib import suppress
from typing import Annotated

import typer

from baoshu import (
    __version__,
    report_commands,  # noqa: F401  they register with the app, in this order
    training_commands,  # noqa: F401
)
from baoshu.commands import app
from baoshu.errors import BaoshuError
from baoshu.messages import _, translate_typer
from baoshu.terminal import complain
from baoshu.usage import wrong_call

_STOPPED = 130  # what typer makes of Ctrl-C


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
