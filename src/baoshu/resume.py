"""Going on with training: from the pipeline a run last saved, or from the one that ships."""

from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.language import Language

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
        source = spacy.load(path)
        encoder = source.get_pipe("tok2vec").model
        if encoder.name != "onnx_char_encoder":
            return nlp.from_disk(path, exclude=["config"])  # this run has its own
        from baoshu.unquantize import unquantize

        unquantize(encoder, nlp.get_pipe("tok2vec").model)
        for name in ("ner", "figure_linker"):
            nlp.get_pipe(name).from_bytes(source.get_pipe(name).to_bytes())
        return nlp

    return resume
