"""What is said to a person, in their language: gettext, domain "baoshu".

LANGUAGE, LC_ALL, LC_MESSAGES and LANG decide, when this is imported; where `locale/` has
no catalogue for the language, it is English. What a program reads (columns of a csv,
keys of metrics.json, the form of annotations) is the same in every language.
"""

import gettext
from importlib import resources

_LOCALES = str(resources.files("baoshu") / "locale")
_catalogue = gettext.translation("baoshu", _LOCALES, fallback=True)
_ = _catalogue.gettext
ngettext = _catalogue.ngettext
CHINESE = _catalogue.info().get("language", "").startswith("zh")


def translate_typer() -> None:
    """Give typer the catalogue too; it looks its words up in the process's domain."""
    gettext.bindtextdomain("baoshu", _LOCALES)
    gettext.textdomain("baoshu")
