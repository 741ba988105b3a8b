"""Going on with a training run that was cut off, from the pipeline it last saved."""

from collections.abc import Callable
from pathlib import Path

from spacy.language import Language

from baoshu.errors import ConfigError


def create_resume(path: str | None) -> Callable[[Language], Language]:
    """Return a callback for ``[initialize.after_init]``.

    Args:
        path: A pipeline that ``spacy train`` saved (model-last); None starts anew. The
            optimizer's moments and the place in its schedule are not saved with it.
    """

    def resume(nlp: Language) -> Language:
        if path is None:
            return nlp
        if not (Path(path) / "config.cfg").is_file():
            raise ConfigError(f"{path}: no pipeline there to go on with")
        return nlp.from_disk(path, exclude=["config"])  # this run has its own

    return resume
