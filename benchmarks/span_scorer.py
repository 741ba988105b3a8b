"""A span scorer in the tagger's place: a score for every span and label.

Global Pointer (Su et al., 2022, arXiv:2208.03054): a product of what a label makes of
the first and of the last character, with a term for the length in place of its rotary
positions. Flat spans are chosen by weighted interval scheduling: the set without
overlap whose log odds add up to most.
"""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import Model, PyTorchWrapper
from thinc.types import Floats2d, Floats3d

from baoshu import ner
from baoshu.labels import ENTITY_LABELS
from baoshu.pipe import FORMAT, FigurePipe

LONGEST = 64  # characters: one of 72,412 annotated mentions is longer
RARE = -7.0  # log odds before anything is learned: one span of a thousand is a mention


@registry.architectures("variant.SpanScorer.v1")
def build_span_scorer(
    tok2vec: Model[list[Doc], list[Floats2d]], rank: int = 32, dropout: float = 0.1
) -> Model[list[Doc], list[Floats3d]]:
    """Build it: (n_tokens, LONGEST, n_labels) float32 log odds a Doc, by length - 1."""
    import torch

    class Scorer(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            n = len(ENTITY_LABELS)
            self.dropout = torch.nn.Dropout(dropout)
            self.ends = torch.nn.Linear(tok2vec.get_dim("nO"), 2 * n * rank)
            self.alone = torch.nn.Linear(tok2vec.get_dim("nO"), 2 * n)
            self.length = torch.nn.Parameter(torch.full((LONGEST, n), RARE))
            torch.nn.init.normal_(self.alone.weight, 0.0, 0.02)

        def forward(self, h):
            h = self.dropout(h)
            first, last = self.ends(h).view(len(h), 2, -1, rank).unbind(1)
            pairs = torch.einsum("ilr,jlr->ijl", first, last) / rank**0.5
            begin, end = self.alone(h).view(len(h), 2, -1).unbind(1)
            pairs = pairs + begin[:, None] + end[None]
            where = torch.arange(len(h))[:, None] + torch.arange(LONGEST)
            row = torch.arange(len(h))[:, None].expand_as(where)
            return pairs[row, where.clamp(max=len(h) - 1)] + self.length

    scorer = PyTorchWrapper(Scorer())
    return Model("span_scorer", _forward, layers=[tok2vec, scorer], init=_init)


def _init(model: Model, X: object = None, Y: object = None) -> None:
    for layer in model.layers:
        layer.initialize()


def _forward(model: Model, docs: list[Doc], is_train: bool) -> tuple:
    tok2vec, scorer = model.layers
    vectors, back_vectors = tok2vec(docs, is_train)
    scores, backs = zip(*(scorer(h, is_train) for h in vectors), strict=True)

    def backprop(d_scores: list[Floats3d]) -> list[Doc]:
        return back_vectors([b(d) for b, d in zip(backs, d_scores, strict=True)])

    return list(scores), backprop


def flat(spans: list[tuple[int, int, int, float]]) -> list[tuple[int, int, int, float]]:
    """Return those of (start, end, label, weight > 0) that add up to most, in order."""
    spans = sorted(spans, key=lambda span: span[1])
    ends = [end for _, end, _, _ in spans]
    best: list[tuple[float, int]] = [(0.0, -1)]  # up to each span: weight, last taken
    behind = [bisect_right(ends, start) for start, _, _, _ in spans]
    for i, (_, _, _, weight) in enumerate(spans):
        taken = best[behind[i]][0] + weight
        best.append(max(best[i], (taken, i), key=lambda found: found[0]))
    chosen, i = [], len(spans)
    while i:
        last = best[i][1]
        if last < 0:
            break
        chosen.append(spans[last])
        i = behind[last]
    return chosen[::-1]


@Language.factory("span_ner", default_config={"labels": list(ENTITY_LABELS)})
def make_span_ner(
    nlp: Language, name: str, model: Model, labels: list[str]
) -> "SpanNer":
    return SpanNer(nlp.vocab, model, name, labels)


class SpanNer(ner.FigureNer):
    """Learns by binary cross entropy over all spans, a mean over mentions."""

    def __init__(self, vocab, model: Model, name: str, labels: list[str]) -> None:
        FigurePipe.__init__(self, vocab, model, name, labels=labels, format=FORMAT)

    def predict(self, docs: Iterable[Doc]) -> list[Floats3d]:
        return [self.model.predict([doc])[0] for doc in docs]

    def set_annotations(self, docs: Iterable[Doc], scores: list[Floats3d]) -> None:
        for doc, scored in zip(docs, scores, strict=True):
            found = [
                (start, start + more + 1, k, float(scored[start, more, k]))
                for start, more, k in np.argwhere(scored > 0).tolist()
                if start + more < len(doc)
            ]
            spans = [
                (start, end, k, odds)
                for start, end, k, odds in flat(found)
                if self.labels[k] not in ner.FIGURE_LABELS
                or ner._holds_a_number(doc, start, end)
            ]
            doc.ents = [Span(doc, s, e, label=self.labels[k]) for s, e, k, _ in spans]
            doc._.ent_scores = tuple(1 / (1 + np.exp(-odds)) for *_, odds in spans)

    def get_loss(
        self, examples: Iterable[Example], scores: list[Floats3d]
    ) -> tuple[float, list[Floats3d]]:
        examples = list(examples)
        n_mentions = max(1, sum(len(example.reference.ents) for example in examples))
        loss, gradient = 0.0, []
        for example, scored in zip(examples, scores, strict=True):
            gold = np.zeros_like(scored)
            for ent in example.reference.ents:
                if len(ent) <= LONGEST:
                    gold[ent.start, len(ent) - 1, self.labels.index(ent.label_)] = 1
            n = len(scored)
            inside = np.arange(n)[:, None] + np.arange(LONGEST) < n
            probs = 1 / (1 + np.exp(-np.clip(scored, -30, 30)))
            right = np.where(gold > 0, probs, 1 - probs)
            loss -= float(np.log(np.maximum(right, 1e-9))[inside].sum())
            gradient.append((probs - gold) * inside[..., None] / n_mentions)
        return loss / n_mentions, gradient
