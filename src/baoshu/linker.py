"""The `figure_linker` component: relation extraction between a figure and the mentions
it measures, not entity linking to a knowledge base.

It writes ``doc._.links``, ``(figure start, figure end, head start, head end, label,
score)`` in characters, and ``doc._.marks``, ``(start, end, planned, change,
confidence)`` for each figure in text order.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Optimizer, set_dropout_rate

from baoshu.cues import says_plan
from baoshu.decoding import at_the_end, decode, in_order, log_likelihood
from baoshu.labels import LINK_LABELS, LINKED_LABELS
from baoshu.link_targets import copy_mentions, targets
from baoshu.linker_model import LinkerModel, LinkScores
from baoshu.normalize import read_change
from baoshu.pipe import FORMAT, FigurePipe, one_thread
from baoshu.scoring import link_prf

DEFAULT_MODEL = """
[model]
@architectures = "baoshu.FigureLinker.v1"
hidden_width = 128
dropout = 0.2

[model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 384
"""


@Language.factory(
    "figure_linker",
    requires=["doc.ents"],
    assigns=["doc._.links", "doc._.marks"],
    default_config={
        "model": Config().from_str(DEFAULT_MODEL)["model"],
        "threshold": 0.5,
        "predicted_mentions": 0.0,
    },
    default_score_weights={"link_f": 1.0, "link_p": 0.0, "link_r": 0.0},
)
def make_figure_linker(
    nlp: Language,
    name: str,
    model: LinkerModel,
    threshold: float,
    predicted_mentions: float,
) -> "FigureLinker":
    """Create the component.

    Args:
        threshold: A link is made only where its probability is at least this.
        predicted_mentions: Share of the documents that it learns from with the mentions
            that `figure_ner` predicts, the others with the annotated ones.
    """
    return FigureLinker(nlp.vocab, model, name, threshold, predicted_mentions)


class FigureLinker(FigurePipe):
    """Scores every figure with the mentions of its paragraph within reach.

    ``cfg["calibration"]`` holds slope and intercept of Platt's scaling (Platt, 1999),
    from the log odds that mention and links are all right to the confidence.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: LinkerModel,
        name: str,
        threshold: float,
        predicted_mentions: float = 0.0,
    ) -> None:
        super().__init__(
            vocab,
            model,
            name,
            threshold=threshold,
            calibration=[1.0, 0.0],
            format=FORMAT,
        )
        self._predicted = predicted_mentions

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
    ) -> None:
        """Set the weights."""
        validate_get_examples(get_examples, "FigureLinker.initialize")
        self.model.initialize()

    def predict(self, docs: Iterable[Doc]) -> list[LinkScores]:
        with one_thread():
            return self.model.predict(list(docs))

    def set_annotations(self, docs: Iterable[Doc], scores: list[LinkScores]) -> None:
        for doc, scored in zip(docs, scores, strict=True):
            self._write(doc, scored)

    def _write(self, doc: Doc, scored: LinkScores) -> None:
        """Write links and marks; a GROUP, ITEM or INDICATOR without a link goes.

        By the scheme these are marked only where a figure links to them.
        """
        ents = list(doc.ents)
        found = scored.candidates
        logits = at_the_end(found, in_order(found, scored.links))
        probs = _sigmoid(logits) * found.legal
        chosen = decode(found, probs, self.cfg["threshold"])
        links = (
            (
                *(ents[figure].start_char, ents[figure].end_char),
                *(ents[head].start_char, ents[head].end_char),
                LINK_LABELS[link],
                float(probs[row, link]),
            )
            for row, link in np.argwhere(chosen).tolist()
            for figure, head in [found.pairs[row]]
        )
        doc._.links = tuple(sorted(links))
        certain = _certainty(doc, scored, probs, chosen)
        slope, intercept = self.cfg["calibration"]
        confidence = _sigmoid(slope * certain + intercept)
        said = says_plan(found.cues)
        text = doc.text
        doc._.marks = tuple(
            (
                *(ents[figure].start_char, ents[figure].end_char),
                bool(logit > 0 and said[i]),
                _change(text, ents[figure]),
                float(confidence[i]),
            )
            for i, (figure, logit) in enumerate(
                zip(found.figures, scored.planned, strict=True)
            )
        )
        heads = set(found.pairs[chosen.any(axis=1), 1].tolist())
        kept = [
            i
            for i, ent in enumerate(ents)
            if ent.label_ not in LINKED_LABELS or i in heads
        ]
        doc._.ent_scores = tuple(doc._.ent_scores[i] for i in kept)
        doc.ents = [ents[i] for i in kept]

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch; the loss is a mean a figure.

        Most mentions that are predicted wrongly should get no link, which annotated
        ones, linked nearly all, cannot teach: so some documents keep the mentions that
        `figure_ner`, which learns before, has left on them.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "FigureLinker.update")
        set_dropout_rate(self.model.get_ref("hidden"), drop)
        for example in examples:
            if np.random.random() >= self._predicted:
                copy_mentions(example.reference, example.predicted)
        scores, backprop = self.model.begin_update([eg.predicted for eg in examples])
        loss, gradient = self.get_loss(examples, scores)
        backprop(gradient)
        if sgd is not None:
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def get_loss(
        self, examples: Iterable[Example], scores: list[LinkScores]
    ) -> tuple[float, list[LinkScores]]:
        """Return binary cross entropy over legal links and plans, and its gradient."""
        n_figures = max(1, sum(len(s.candidates.figures) for s in scores))
        loss, gradient = 0.0, []
        for example, scored in zip(examples, scores, strict=True):
            found = scored.candidates
            gold = targets(example.reference, found)
            link_loss, d_links = _cross_entropy(
                scored.links, gold.links, gold.links_counted
            )
            plan_loss, d_planned = _cross_entropy(
                scored.planned, gold.planned, gold.planned_counted
            )
            loss += (link_loss + plan_loss) / n_figures
            gradient.append(
                LinkScores(found, d_links / n_figures, d_planned / n_figures)
            )
        return loss, gradient

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        return link_prf(examples)


def _change(text: str, figure: Span) -> str:
    """Read off the verb whether a figure is a change.

    A network that saw the same cue was no better (dev, F1 of up / down: 94.8 / 93.0 by
    the network, 95.5 / 93.6 by rule).
    """
    return read_change(text, figure.start_char, figure.end_char) or ""


def _certainty(
    doc: Doc, scored: LinkScores, probs: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Return log odds, (n_figures,), that a figure's span and links are all right.

    The product of the least tag probability of its span and of every head's, and of
    the probability of its links together.
    """
    found = scored.candidates
    tiny = 1e-6
    ent = np.log(np.maximum(np.array(doc._.ent_scores, dtype=np.float64), tiny))
    total = log_likelihood(found, probs, chosen)
    linked = found.pairs[chosen.any(axis=1)]
    np.add.at(total, linked[:, 0], ent[linked[:, 1]])
    log_p = np.minimum(total[found.figures] + ent[found.figures], -tiny)
    return log_p - np.log(-np.expm1(log_p))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0)))


def _cross_entropy(
    logits: np.ndarray, gold: np.ndarray, counted: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the summed binary cross entropy and its gradient, both where counted."""
    probs = _sigmoid(logits)
    right = np.where(gold > 0, probs, 1.0 - probs)
    loss = -np.log(np.maximum(right, 1e-9)) * counted
    return float(loss.sum()), ((probs - gold) * counted).astype(np.float32)
