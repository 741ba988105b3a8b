"""The table side by side: characters a second of each system, and the ratios."""

from functools import partial

from benchmarks.report import table
from benchmarks.rounds import Times, clocked, interleaved, ratios, spread
from benchmarks.systems import BERT, LAC, Missing, System, systems

BESIDE = (BERT, LAC)  # the rows that all others are divided by
NOTE = """Rounds: {rounds}. Each runs every system once on the same texts, in an order shifted by one, after a round that
does not count. A ratio is taken within a round: so many times as fast as that system. The two torch networks have random
weights, which is enough for their time: each runs on the very batches of ours, what it says is thrown away and the heads
are given what ours said of the batch (384 columns for BERT-base too, where its heads would read 768)."""


def side_by_side(name: str, texts: list[str], rounds: int) -> str:
    """Return the table of one set of texts, all systems read in turns."""
    every = list(systems(texts))
    ready = {s.name: s for s in every if isinstance(s, System)}
    found: dict[str, int] = {}

    def read(system: System) -> None:
        found[system.name] = system.read(texts)

    calls = {name: clocked(partial(read, system)) for name, system in ready.items()}
    spent = interleaved(calls, rounds)
    characters = sum(map(len, texts))
    rows = []
    for system in ready.values():
        rate = spread([characters / seconds for seconds in spent[system.name]])
        beside = [_beside(spent, system.name, other) for other in BESIDE]
        about = (system.does, f"{found[system.name]:,}", system.threads)
        rows.append((system.name, *about, rate, *beside))
    head = ("", "finds", "found", "threads", "characters a second")
    parts = [
        f"{name}, {characters:,} characters (texts: {len(texts)}):",
        table((*head, *(f"ratio to {other}" for other in BESIDE)), rows),
    ]
    missing = [s for s in every if isinstance(s, Missing)]
    parts += [f"{s.name} is not installed: `{s.install}`." for s in missing]
    return "\n\n".join(parts)


def _beside(spent: Times, name: str, other: str) -> str:
    if other not in spent:
        return "–"
    return "1" if name == other else spread(ratios(spent, name, other), ".3g")
