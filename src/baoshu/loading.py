"""`baoshu.load`: the pipeline that ships, or another."""

from importlib import resources
from pathlib import Path

import spacy
from spacy.language import Language

from baoshu.errors import BaoshuError
from baoshu.messages import _

_PIPELINE, _WORDS = "zh_baoshu", "words"


def shipped(name: str = _PIPELINE) -> Path:
    """Return a folder that ships: the pipeline or the word model.

    An installed package holds it; a source checkout has it in models/.

    Raises:
        BaoshuError: It is in neither place.
    """
    installed = Path(str(resources.files("baoshu") / "models" / name))
    checkout = Path(__file__).resolve().parents[2] / "models" / name
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise BaoshuError(
        _(
            "nothing shipped in {installed} or {checkout}: install baoshu from its "
            "repository, or name a pipeline"
        ).format(installed=installed, checkout=checkout)
    )


def load(
    path: str | Path | None = None, *, words: bool = False, device: str | None = None
) -> Language:
    """Load a trained pipeline.

    Args:
        path: A folder or an installed package; by default the pipeline that ships.
        words: Whether to cut words too, into ``doc.spans["words"]``; needs
            ``baoshu[words]``.
        device: Where torch is to run the network, in float32 ("cuda"); needs
            ``baoshu[train]``. By default ONNX Runtime runs it, on the processor.

    Raises:
        BaoshuError: There is none, it cannot be read, or another version made it; or
            there is no such device.
    """
    nlp = _load(shipped() if path is None else path)
    if device is not None:
        from baoshu.unquantize import to_device

        to_device(nlp, device)
    if words:
        nlp.add_pipe("word_segmenter", config={"path": str(shipped(_WORDS))})
    return nlp


def _load(name: str | Path) -> Language:
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
