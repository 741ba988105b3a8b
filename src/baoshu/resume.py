"""Going on with training: from the pipeline a run last saved, or from the one that ships."""

from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.util import load_config

from baoshu.errors import ConfigError


def create_resume(path: str | None) -> Callable[[Language], Language]:
    """Return a callback for ``[initialize.after_init]``.

    Args:
        path: A pipeline that ``spacy train`` saved (model-last) or ``baoshu package``
            wrote (models/zh_baoshu); None starts anew. The optimizer's moments and the
            place in its schedule are not saved with it.
    """

    def resume(nlp: Language) -> Language:
        if path is None:
            return nlp
        if not (Path(path) / "config.cfg").is_file():
            raise ConfigError(f"{path}: no pipeline there to go on with")
        config = load_config(Path(path) / "config.cfg")
        encoder = config["components"]["tok2vec"]["model"]["@architectures"]
        if encoder != "baoshu.OnnxCharEncoder.v1":
            return nlp.from_disk(path, exclude=["config"])  # this run has its own
        from baoshu.unquantize import unquantize

        source = spacy.load(path)
        unquantize(*(x.get_pipe("tok2vec").model for x in (source, nlp)))
        for name in ("ner", "figure_linker"):
            nlp.get_pipe(name).from_bytes(source.get_pipe(name).to_bytes())
        return nlp

    return resume
