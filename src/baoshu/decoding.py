"""Which links of a figure are made, from the log odds of its pairs one by one.

What the guidelines say of links and no pair can know alone: a figure has one head a
link, but for indicators, of which two may belong together, and for names in a row that
各 or 均 gives one figure; 分别 joins two lists in order; a level reached is not of the
years that led to it (sections 4 and 6).
"""

import numpy as np

from baoshu.labels import FIGURE_LABELS, LINK_LABELS
from baoshu.pairs import LABELS, Candidates

NEVER = -30.0  # log odds of a link that cannot be
_TINY = 1e-6

_MEASURES, _SCOPE = LINK_LABELS.index("MEASURES"), LINK_LABELS.index("SCOPE")
_PERIOD = LINK_LABELS.index("PERIOD")
_ONE = [i for i, link in enumerate(LINK_LABELS) if link != "INDICATOR"]
_FIGURES = np.array([label in FIGURE_LABELS for label in LABELS])


def decode(found: Candidates, probs: np.ndarray, threshold: float) -> np.ndarray:
    """Choose links: over the threshold, and of a figure's heads the likeliest.

    One mention is not both what is measured and its scope. Of heads as likely as each
    other the first in the text is chosen.

    Args:
        found: The pairs.
        probs: (n_pairs, n_links) float, 0 where a link is not legal.
        threshold: The least probability of a link.

    Returns:
        (n_pairs, n_links) bool.
    """
    chosen = probs >= threshold
    both = chosen[:, _MEASURES] & chosen[:, _SCOPE]
    scope = probs[:, _SCOPE] > probs[:, _MEASURES]
    chosen[both & scope, _MEASURES] = False
    chosen[both & ~scope, _SCOPE] = False
    likeliest = np.zeros_like(chosen)
    for link in _ONE:
        rows = np.flatnonzero(chosen[:, link])
        likeliest[_likeliest(found.pairs, rows, probs[rows, link]), link] = True
    shared = _shared(found, likeliest[:, _MEASURES])
    likeliest[:, _MEASURES] |= shared & chosen[:, _MEASURES]
    chosen[:, _ONE] = likeliest[:, _ONE]
    return chosen


def log_likelihood(
    found: Candidates, probs: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Return the log probability that a figure's links are those chosen.

    Of a link that has one head, the odds of that head among those of every head and of
    none, 1; of indicators, each right by itself.

    Args:
        found: The pairs.
        probs: (n_pairs, n_links) float, 0 where a link is not legal.
        chosen: (n_pairs, n_links) bool.

    Returns:
        (n_mentions,) float64, of every figure; 0 of other mentions.
    """
    p = np.clip(probs.astype(np.float64), _TINY, 1.0 - _TINY)
    odds = np.where(probs > 0, p / (1.0 - p), 0.0)

    def of_figure(values: np.ndarray) -> np.ndarray:
        out = np.zeros((len(found.labels), values.shape[1]))
        np.add.at(out, found.pairs[:, 0], values)
        return out

    picked = of_figure(np.log(np.where(chosen, p / (1.0 - p), 1.0)))
    several = of_figure(chosen) > 1  # heads that share the figure: one way more
    every = of_figure(np.log1p(odds))
    every[:, _ONE] = np.log1p(of_figure(odds) + several * np.exp(picked))[:, _ONE]
    return (picked - every).sum(axis=1)


def _likeliest(pairs: np.ndarray, rows: np.ndarray, probs: np.ndarray) -> np.ndarray:
    """Return of the rows the likeliest of each figure."""
    figure, head = pairs[rows].T
    order = np.lexsort((head, -probs, figure))
    return rows[order[np.unique(figure[order], return_index=True)[1]]]


def _shared(found: Candidates, measures: np.ndarray) -> np.ndarray:
    """Mark pairs that share a figure: 甲、乙各3个, where the link to 甲 or 乙 is chosen.

    Args:
        measures: (n_pairs,) bool, the likeliest pair of each figure.

    Returns:
        (n_pairs,) bool: the head is in one row with the chosen one, and 各 or 均 but no
        figure stands between it and the figure.
    """
    run, (figure, head) = _runs(found), found.pairs.T
    wanted = np.full(len(run), -1)
    wanted[figure[measures]] = run[head[measures]]
    low, high = found.spans[head, 1], found.spans[figure, 0]

    def between(word: str) -> np.ndarray:
        running = found.counted.running[word]
        return (low < high) & (running[high] > running[low])

    given = (between("各") | between("均")) & ~between("figure")
    return given & (run[head] == wanted[figure])


def in_order(found: Candidates, logits: np.ndarray) -> np.ndarray:
    """Link lists that 分别 joins one to one: 甲、乙、丙分别为3个、4个、5个.

    No figure of such a list leads to a name at another place of its own. That it leads
    to the name at its place is as likely as that the figures of the list lead to any of
    the names: the mean over them of the log odds of the likeliest.

    Args:
        found: The pairs.
        logits: (n_pairs, n_links) float, log odds.

    Returns:
        The log odds then, (n_pairs, n_links).
    """
    number, place = _lists(found)
    figure, head = found.pairs.T
    listed = (number[figure] >= 0) & (number[figure] == number[head])
    rows = np.flatnonzero(listed & ~_FIGURES[found.labels[head]])
    if not len(rows):
        return logits
    best = np.full((len(number), logits.shape[1]), -np.inf)
    np.maximum.at(best, figure[rows], logits[rows])
    figures = np.unique(figure[rows])
    mean = np.zeros((number.max() + 1, logits.shape[1]))
    np.add.at(mean, number[figures], best[figures])
    mean /= np.bincount(number[figures])[:, None]
    out = logits.copy()
    facing = place[figure[rows]] == place[head[rows]]
    out[rows] = np.where(facing[:, None], mean[number[figure[rows]]], NEVER)
    return out


def at_the_end(found: Candidates, logits: np.ndarray) -> np.ndarray:
    """Give no level the years before it as its period: 五年来，床位达到900张.

    Returns:
        The log odds then, (n_pairs, n_links).
    """
    figure, head = found.pairs.T
    out = logits.copy()
    out[found.levels[figure] & found.years[head], _PERIOD] = NEVER
    return out


def _lists(found: Candidates) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each mention's list, -1 for none, and its place in it.

    The names are the last row before a 分别 in its sentence, the figures as many behind
    it. Both have one number.
    """
    counted, run = found.counted, _runs(found)
    number, place = np.full(len(run), -1), np.zeros(len(run), dtype=np.int64)
    if not counted.running["分别"][-1]:
        return number, place
    where = list(zip(counted.sentence.tolist(), counted.fenbie.tolist(), strict=True))
    behind: dict[tuple[int, int], list[int]] = {}
    for i in found.figures.tolist():
        sentence, fenbie = where[i]
        behind.setdefault((sentence, fenbie - 1), []).append(i)
    rows = np.split(np.arange(len(run)), np.flatnonzero(np.diff(run)) + 1)
    names = {where[row[0]]: row for row in rows if len(row) > 1}
    pairs = [(row, behind.get(at, [])[: len(row)]) for at, row in names.items()]
    pairs = [(row, figures) for row, figures in pairs if len(row) == len(figures)]
    for n, (row, figures) in enumerate(pairs):
        number[row] = number[figures] = n
        place[row] = place[figures] = np.arange(len(row))
    return number, place


def _runs(found: Candidates) -> np.ndarray:
    """Number mentions, (n_mentions,): names of one label in a row have one number.

    In a row is what 、 or 和 alone stands between.
    """
    running, spans, labels = found.counted.running, found.spans, found.labels
    low, high = spans[:-1, 1], spans[1:, 0]
    joint = running["list"] + running["和"]
    joined = (high - low == 1) & (joint[high] > joint[low])
    joined &= (labels[:-1] == labels[1:]) & ~_FIGURES[labels[:-1]]
    return np.concatenate(
        [np.zeros(min(1, len(labels)), dtype=int), np.cumsum(~joined)]
    )
