"""Documents of any length through an encoder of limited width.

A document is cut into cores: whole paragraphs, as many as fit, for so the encoder was
trained, and links do not leave a paragraph. One that is too long is cut at sentence
ends; its pieces go through the encoder with context on the sides where it was cut, and
only their own rows are kept. Where a core ends depends on the document alone, never on
its batch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from baoshu.chars import END, PAD, SENTENCE_ENDS, START

SPECIAL = 2  # <s> before a window and </s> behind it
_SENTENCE_ENDS = frozenset(f"{SENTENCE_ENDS}；;")

Run = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Window:
    """Tokens ``start:end`` of document ``doc`` go in, ``core_start:core_end`` count."""

    doc: int
    start: int
    end: int
    core_start: int
    core_end: int

    def __len__(self) -> int:
        return self.end - self.start


def cut(tokens: Sequence[str], width: int, context: int, doc: int = 0) -> list[Window]:
    """Cut a document into windows of at most ``width`` tokens.

    Args:
        tokens: The token texts of the document.
        width: The most tokens that a window may have, context included.
        context: Tokens of context where a paragraph is cut.
        doc: Number of the document, copied into its windows.

    Returns:
        Windows whose cores follow each other and cover the document.
    """
    windows, at, before = [], 0, 0
    while at < len(tokens):
        end, behind = _core_end(tokens, at, at + width - before, context)
        windows.append(Window(doc, at - before, end + behind, at, end))
        at, before = end, behind
    return windows


def _core_end(
    tokens: Sequence[str], at: int, most: int, context: int
) -> tuple[int, int]:
    """Return where a core from ``at`` ends and how much context goes behind it.

    The last paragraph end before ``most``, unless a short heading alone would stay.
    """
    if len(tokens) <= most:
        return len(tokens), 0
    least = at + (most - at) // 4
    for end in range(most, least, -1):
        if "\n" in tokens[end - 1]:
            return end, 0
    last = most - context
    for end in range(last, at + (last - at) // 2, -1):
        if tokens[end - 1] in _SENTENCE_ENDS:
            return end, context
    return last, context


def pad(windows: Sequence[Window], ids: Sequence[np.ndarray]) -> np.ndarray:
    """Return the ids of windows, (n_windows, longest + 2) int64, `PAD` behind them."""
    longest = max(len(window) for window in windows) + SPECIAL
    batch = np.full((len(windows), longest), PAD, dtype=np.int64)
    for row, window in enumerate(windows):
        n = len(window) + SPECIAL
        batch[row, 0], batch[row, n - 1] = START, END
        batch[row, 1 : n - 1] = ids[window.doc][window.start : window.end]
    return batch


def rows(window: Window) -> slice:
    """Return where a window's core stands in its row of an encoded batch."""
    shift = 1 - window.start
    return slice(window.core_start + shift, window.core_end + shift)


def groups(windows: Sequence[Window], budget: int) -> Iterator[list[Window]]:
    """Group windows of one length, at most ``budget`` positions a group.

    Windows of several lengths would be padded: that costs time, and what becomes of a
    window would depend on its neighbours. A call for a short window alone costs no more
    a position than one for many.
    """
    group: list[Window] = []
    for window in sorted(windows, key=len, reverse=True):
        full = (len(group) + 1) * (len(window) + SPECIAL) > budget
        if group and (full or len(window) != len(group[0])):
            yield group
            group = []
        group.append(window)
    if group:
        yield group


def encode(
    windows: Sequence[Window],
    ids: Sequence[np.ndarray],
    run: Run,
    width: int,
    budget: int,
) -> list[np.ndarray]:
    """Encode documents window by window.

    Args:
        windows: The windows of all documents.
        ids: One array a document, (n_tokens,) int64.
        run: Maps ids, (b, n) int64, to hidden states, (b, n, width) float32.
        width: Columns of the hidden states.
        budget: The most positions in one call of ``run``.

    Returns:
        One array a document, (n_tokens, width) float32.
    """
    out = [np.zeros((len(doc), width), dtype=np.float32) for doc in ids]
    for group in groups(windows, budget):
        hidden = run(pad(group, ids))
        for row, window in enumerate(group):
            out[window.doc][window.core_start : window.core_end] = hidden[
                row, rows(window)
            ]
    return out
