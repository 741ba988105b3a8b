"""Tables in markdown, the machine in words, and both put into docs/performance.md."""

import os
import platform
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

LIBRARIES = ("spacy", "onnxruntime", "numpy", "torch", "transformers")
INT8 = ("avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> str:
    """Return the machine, its load and the libraries in one sentence."""
    flags = _line("/proc/cpuinfo", r"(?:flags|Features)").split()
    name = _line("/proc/cpuinfo", "model name") or platform.processor()
    memory = int((_line("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20
    int8 = ", ".join(flag for flag in INT8 if flag in flags) or "none known"
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{cores()} cores of {name or platform.machine()}, {memory:.0f} GiB of memory, int8 "
        f"instructions: {int8}; {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, {', '.join(_versions())}; load in the minute "
        f"before: {load}."
    )


def _versions() -> Iterable[str]:
    for name in LIBRARIES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"no {name}"


def _line(path: str, name: str) -> str:
    """Return what Linux says of itself in the first line of that name, "" elsewhere."""
    if not Path(path).is_file():
        return ""
    found = re.search(rf"^{name}\s*:\s*(.*)$", Path(path).read_text("utf8"), re.M)
    return found[1] if found else ""


def put(text: str, name: str, block: str) -> str:
    """Return a text with a block between the two comments of that name.

    Raises:
        ValueError: They are not there, once each.
    """
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, _, rest = text.partition(first)
    _, found, after = rest.partition(last)
    if not found or first in after or last in before + after:
        raise ValueError(f"{first.strip()} and {last}: not there once each")
    return f"{before}{first}\n{block.strip()}\n\n{last}{after}"
