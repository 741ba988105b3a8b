"""What was tried in the recipe's place is what its name says, and trains."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from spacy.training.initialize import init_nlp
from spacy.training.loop import train

pytest.importorskip("torch")

from benchmarks import span_scorer, variants

from baoshu.ner_model import log_softmax

VARIANTS = {
    "R-Drop": {
        "components.ner.factory": "rdrop_ner",
        "training.batcher.@batchers": "variant.Twice.v1",
    },
    "spans": {
        "components.ner.factory": "span_ner",
        "components.ner.model.@architectures": "variant.SpanScorer.v1",
    },
    "layers": {
        "components.tok2vec.model.@architectures": "variant.LayeredEncoder.v1",
        "components.tok2vec.model.decay": 0.9,
    },
    "damage": {
        "corpora.train.augmenter": {
            "@augmenters": "variant.Damage.v1",
            **dict.fromkeys(("digits", "names", "masked", "unmarked", "joined"), 0.5),
        }
    },
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_trains(name, tiny_config, tmp_path):
    config = tiny_config.copy()
    for key, value in VARIANTS[name].items():
        *path, last = key.split(".")
        section = config
        for part in path:
            section = section[part]
        section[last] = value
    nlp, _ = train(init_nlp(config), tmp_path)
    assert nlp.meta["performance"].keys() >= {"ents_f", "link_f"}
    assert (tmp_path / "model-last").is_dir()


def test_divergence_has_the_gradient_of_its_sum():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 5, 7))

    def total(a, b):
        return variants.divergence(log_softmax(a), log_softmax(b))[0]

    _, d_a, d_b = variants.divergence(log_softmax(a), log_softmax(b))
    step = np.zeros_like(a)
    for at in np.ndindex(a.shape):
        step[at] = 1e-5
        assert (total(a + step, b) - total(a - step, b)) / 2e-5 == pytest.approx(
            d_a[at], abs=1e-6
        )
        assert (total(a, b + step) - total(a, b - step)) / 2e-5 == pytest.approx(
            d_b[at], abs=1e-6
        )
        step[at] = 0.0


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("embeddings.word_embeddings.weight", 12),
        ("encoder.layer.0.output.dense.weight", 11),
        ("encoder.layer.11.attention.self.query.bias", 0),
    ],
)
def test_depth_counts_the_layers_above(name, layers):
    assert variants.depth(name) == layers


@pytest.mark.parametrize("seed", range(20))
def test_flat_spans_add_up_to_most(seed):
    """Compared with every set of spans without overlap."""
    random = np.random.default_rng(seed)
    spans = [
        (int(start), int(start + length), 0, float(weight))
        for start, length, weight in zip(
            random.integers(0, 12, 8),
            random.integers(1, 6, 8),
            random.uniform(0.1, 3.0, 8),
            strict=True,
        )
    ]
    sums = [
        sum(span[3] for span in some)
        for n in range(9)
        for some in combinations(sorted(spans), n)
        if all(a[1] <= b[0] for a, b in pairwise(some))
    ]
    chosen = span_scorer.flat(spans)
    assert sum(span[3] for span in chosen) == pytest.approx(max(sums))
    assert all(a[1] <= b[0] for a, b in pairwise(chosen))
