"""What a user can mend; the command line prints the message and exits with 1."""

from typing import Any

from confection import ConfigValidationError


class BaoshuError(Exception):
    """Names the file or value at fault and says what to do."""


class ConfigError(BaoshuError, ConfigValidationError):
    """A training config asks for what is not there; `spacy train` prints it plainly."""

    def __init__(self, message: str = "", **settings: Any) -> None:
        # spaCy makes it anew with other settings, to print it.
        said = {"title": message, "show_config": False, **settings}
        ConfigValidationError.__init__(self, **said)
