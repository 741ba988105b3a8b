"""Taking turns: what is compared runs in the same rounds, and medians are compared."""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Times = dict[str, list[float]]  # of each name the seconds of each round


def clocked(call: Callable[[], object]) -> Callable[[], float]:
    """Return a call that says how many seconds it took, by the clock."""

    def timed() -> float:
        gc.collect()  # what another has left behind is not cleared at this one's cost
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return timed


def interleaved(
    calls: Mapping[str, Callable[[], float]], rounds: int, warm: bool = True
) -> Times:
    """Return the seconds of every call, each once a round, the order shifted by one.

    Args:
        calls: Each returns the seconds it took.
        rounds: How many count.
        warm: Whether a round that does not count goes before.
    """
    names = list(calls)
    spent: Times = {name: [] for name in names}
    for number in range(rounds + warm):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            seconds = calls[name]()
            if number >= warm:
                spent[name].append(seconds)
    return spent


def ratios(spent: Times, name: str, other: str) -> list[float]:
    """Return of each round how many times as fast ``name`` is as ``other``."""
    return [b / a for a, b in zip(spent[name], spent[other], strict=True)]


def spread(values: list[float], form: str = ",.0f") -> str:
    """Return the median, and from where to where all lie."""
    low, high = min(values), max(values)
    return f"{median(values):{form}} ({low:{form}} to {high:{form}})"
