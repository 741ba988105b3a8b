"""The confidence of a figure, fitted on held-out documents.

Platt's scaling (Platt, 1999; scikit-learn's logistic regression): slope and intercept
from the log odds that span and links are all right to how often they were.
"""

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from baoshu.normalizer import FigureNormalizer
from baoshu.scoring import right_figures


def calibrate(nlp: Language, gold: list[Doc]) -> bool:
    """Fit on gold Docs and set the linker's calibration.

    Returns:
        False where nothing could be fitted, since no figure or every figure is right:
        the confidence is then the bare probability.
    """
    from sklearn.linear_model import LogisticRegression

    linker, normalise = nlp.get_pipe("figure_linker"), FigureNormalizer()
    linker.cfg["calibration"] = [1.0, 0.0]
    odds, right = [], []
    for doc in gold:
        found = nlp(doc.text)
        correct = right_figures(normalise(doc), found)
        for start, end, _, _, confidence in found._.marks:
            p = min(max(confidence, 1e-9), 1 - 1e-9)
            odds.append(np.log(p / (1 - p)))
            right.append((start, end) in correct)
    if len(set(right)) < 2:
        return False
    fit = LogisticRegression(C=1e3).fit(np.array(odds)[:, None], right)
    linker.cfg["calibration"] = [float(fit.coef_[0, 0]), float(fit.intercept_[0])]
    return True
