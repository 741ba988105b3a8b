"""The peak memory, in bytes, of reading documents: run in a process of its own.

    python -m benchmarks.memory annotations/test pipe 200 2000

The documents come from a generator, and nothing is kept of them but a count.
"""

import re
import resource
import sys
from pathlib import Path

import baoshu
from baoshu.documents import Document
from baoshu.extraction import document_facts
from benchmarks.texts import cut, texts_of


def peak() -> int:
    """Return the most bytes that this program had in memory.

    Linux hands the peak of the process that started a program down to it in ru_maxrss,
    but not in VmHWM.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text("utf8"))
        if found:
            return int(found[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(path: str, way: str, n: str, length: str) -> None:
    texts = cut("\n".join(texts_of(Path(path))), int(n), int(length))
    nlp = baoshu.load()
    if way == "pipe":
        count = sum(len(baoshu.facts(doc)) for doc in nlp.pipe(texts))
    else:
        count = sum(1 for t in texts for _ in document_facts(nlp, Document(t)))
    print(peak())
    print(f"{count:,} figures", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
