"""`baoshu.load`: the pipeline that ships, or another."""

from importlib import resources
from pathlib import Path

import spacy
from spacy.language import Language

from baoshu.errors import BaoshuError
from baoshu.messages import _

_NAME = "zh_baoshu"


def shipped() -> Path:
    """Return the folder of the pipeline that ships.

    An installed package holds it; a source checkout has it in models/.

    Raises:
        BaoshuError: It is in neither place.
    """
    installed = Path(str(resources.files("baoshu").joinpath("model")))
    checkout = Path(__file__).resolve().parents[2] / "models" / _NAME
    for folder in (installed, checkout):
        if (folder / "meta.json").is_file():
            return folder
    raise BaoshuError(
        _(
            "no shipped pipeline in {installed} or {checkout}: install baoshu from its "
            "repository, or name a pipeline"
        ).format(installed=installed, checkout=checkout)
    )


def load(path: str | Path | None = None) -> Language:
    """Load a trained pipeline.

    Args:
        path: A folder or an installed package; by default the pipeline that ships.

    Raises:
        BaoshuError: There is none, it cannot be read, or another version made it.
    """
    name = shipped() if path is None else path
    try:
        return spacy.load(name)
    except OSError as error:
        raise BaoshuError(
            _(
                "{name}: no pipeline there: name a folder that spacy train or "
                "baoshu package wrote ({why})"
            ).format(name=name, why=_one_line(error))
        ) from error
    except ValueError as error:
        raise BaoshuError(
            _(
                "{name}: this version of baoshu cannot read it: train it again, or "
                "install the version named in its meta.json ({why})"
            ).format(name=name, why=_one_line(error))
        ) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
