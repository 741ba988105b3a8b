"""Confidence is fitted to how often figures are right, or said not to be."""

import numpy as np
import pytest

from conftest import ROOT

pytest.importorskip("sklearn")

from baoshu.annotations import read_gold
from baoshu.calibration import calibrate
from baoshu.loading import load


def test_the_fitted_mean_is_the_share_of_right_figures():
    """A logistic regression with intercept reproduces the mean on what it saw."""
    from baoshu.evaluation import evaluate

    nlp = load()
    gold = read_gold(ROOT / "annotations" / "dev")[:2]
    assert calibrate(nlp, gold)
    fit = evaluate(nlp, gold)["calibration"]
    assert fit["confidence"] == pytest.approx(fit["right"], abs=0.02)
    slope, _ = nlp.get_pipe("figure_linker").cfg["calibration"]
    assert slope > 0
    confidences = [f.confidence for f in nlp(gold[0].text)._.figures]
    assert np.ptp(confidences) > 0.1


def test_nothing_to_fit_on():
    nlp = load()
    assert not calibrate(nlp, [])
    assert nlp.get_pipe("figure_linker").cfg["calibration"] == [1.0, 0.0]
