"""The `figure_ner` component: names, indicators and figures as flat spans.

A trainable pipe over BIOES tags. It writes ``doc.ents`` and, beside them, the model's
certainty of each, ``doc._.ent_scores``: the least probability of a tag in the span.
What is tagged as a figure and holds no numeral (a row of dots), or is a bare number
within a Latin word, an address or a longer number (PM2.5, 0_52.html), is none; nor is
the 成 of 成功 a unit (AR-E3000成功首飞), nor 学前一年, a stage of schooling, a date.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from baoshu import ner_model
from baoshu.errors import ConfigError
from baoshu.labels import ENTITY_LABELS, FIGURE_LABELS, NUMERAL, EntityLabel
from baoshu.pipe import FORMAT, FigurePipe, one_thread

_BARE = re.compile(r"[.,]*\d[\d.,]*")
_GOES_ON = re.compile(r"\.?[\dA-Za-z_=@]")
_SCHOOLING = re.compile("[学學]前[一两兩二三]年")

DEFAULT_MODEL = """
[model]
@architectures = "baoshu.Tagger.v1"

[model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 384
"""


@Language.factory(
    "figure_ner",
    assigns=["doc.ents", "doc._.ent_scores"],
    default_config={
        "model": Config().from_str(DEFAULT_MODEL)["model"],
        "labels": list(ENTITY_LABELS),
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0},
)
def make_figure_ner(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats2d]],
    labels: list[EntityLabel],
) -> "FigureNer":
    """Create the component; ``labels`` in the order of the tags."""
    return FigureNer(nlp.vocab, model, name, list(labels))


class FigureNer(FigurePipe):
    """Tags every token and reads flat spans off the best legal path."""

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], list[Floats2d]],
        name: str,
        labels: list[str],
    ) -> None:
        super().__init__(vocab, model, name, labels=labels, format=FORMAT)
        n_tags = len(ner_model.tag_names(labels))
        model.get_ref("output").set_dim("nO", n_tags)
        self._legal = ner_model.legal_transitions(len(labels))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.cfg["labels"])

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
    ) -> None:
        """Check that the labels cover the data, then set the weights."""
        validate_get_examples(get_examples, "FigureNer.initialize")
        unknown = {
            ent.label_
            for example in get_examples()
            for ent in example.reference.ents
            if ent.label_ not in self.labels
        }
        if unknown:
            raise ConfigError(
                f"the training data has labels that [components.{self.name}] does not "
                f"name: {', '.join(sorted(unknown))}"
            )
        sample = [example.reference for example in _first(get_examples(), 4)]
        self.model.initialize(X=sample)

    def predict(self, docs: Iterable[Doc]) -> list[Floats2d]:
        """Return logits, one (n_tokens, n_tags) float32 a Doc.

        Docs one by one: the network would put the vectors of all of them in a row.
        """
        width = self.model.get_ref("output").get_dim("nO")
        with one_thread():
            return [
                self.model.predict([doc])[0]
                if len(doc)
                else self.model.ops.alloc2f(0, width)
                for doc in docs
            ]

    def set_annotations(self, docs: Iterable[Doc], scores: list[Floats2d]) -> None:
        for doc, logits in zip(docs, scores, strict=True):
            log_probs = ner_model.log_softmax(self.model.ops.to_numpy(logits))
            path = ner_model.best_path(log_probs, self._legal)
            found = [
                (start, end, k)
                for start, end, k in ner_model.spans_of(path, len(self.labels))
                if _is_one(doc, start, end, self.labels[k])
            ]
            doc.ents = [Span(doc, s, e, label=self.labels[k]) for s, e, k in found]
            on_path = np.exp(log_probs[np.arange(len(path)), path])
            ends = [end for start, stop, _ in found for end in (start, stop)]
            least = (
                np.minimum.reduceat(np.append(on_path, 1.0), ends)[::2] if ends else ()
            )
            doc._.ent_scores = tuple(map(float, least))

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch; the loss is the cross entropy of the tags a mention.

        What was predicted on the way is left on the documents, for the linker.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "FigureNer.update")
        set_dropout_rate(self.model, drop)
        docs = [example.predicted for example in examples]
        logits, backprop = self.model.begin_update(docs)
        self.set_annotations(docs, logits)
        loss, gradient = self.get_loss(examples, logits)
        backprop(gradient)
        if sgd is not None:
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def get_loss(
        self, examples: Iterable[Example], scores: list[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """Return cross entropy, a mean over mentions as the linker's is over figures.

        Over tokens its gradient would be lost beside the linker's in the encoder.
        """
        examples = list(examples)
        n_mentions = max(1, sum(len(example.reference.ents) for example in examples))
        loss, gradient = 0.0, []
        for example, logits in zip(examples, scores, strict=True):
            tags = self._gold_tags(example)
            log_probs = ner_model.log_softmax(self.model.ops.to_numpy(logits))
            loss -= float(log_probs[np.arange(len(tags)), tags].sum())
            d_logits = np.exp(log_probs)
            d_logits[np.arange(len(tags)), tags] -= 1.0
            gradient.append(self.model.ops.asarray2f(d_logits / n_mentions))
        return loss / n_mentions, gradient

    def _gold_tags(self, example: Example) -> np.ndarray:
        numbers = {label: i for i, label in enumerate(self.labels)}
        spans = [(e.start, e.end, numbers[e.label_]) for e in example.reference.ents]
        return ner_model.encode_spans(len(example.reference), spans)

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        return get_ner_prf(examples)


def _is_one(doc: Doc, start: int, end: int, label: str) -> bool:
    """Return whether the words can be what they are tagged as."""
    words = "".join(token.text for token in doc[start:end])
    if label == "DATE":
        said = "".join(token.text for token in doc[max(0, start - 2) : end])
        return not (_SCHOOLING.fullmatch(said) or _SCHOOLING.fullmatch(words))
    if label not in FIGURE_LABELS:
        return True
    if words.endswith("成") and doc[end : end + 1].text in ("功", "立", "绩", "果"):
        return False
    if not _BARE.fullmatch(words):
        return bool(NUMERAL.search(words))
    last = doc[end - 1]
    behind = last.whitespace_ + "".join(t.text_with_ws for t in doc[end : end + 2])
    before = start and _GOES_ON.fullmatch(doc[start - 1].text_with_ws)
    return not (before or _GOES_ON.match(behind))


def _first(examples: Iterable[Example], n: int) -> Iterator[Example]:
    return (example for example, _ in zip(examples, range(n), strict=False))
