"""Many files into facts: one that fails is said and the others are done.

With a journal, a file of its own beside the output, a run that was cut off goes on
where it was: what is finished is read back from there.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.fact_table import Fact, facts
from baoshu.messages import _
from baoshu.reading import blocks, find_files, read_document
from baoshu.table_files import json_line, read_json_line

MOST_CHARACTERS = 50_000  # of one Doc; a longer text is read in blocks of paragraphs


@dataclass
class Run:
    """What became of the files.

    Attributes:
        paths: Each file to read; None is standard input.
        left_out: How many files of folders are of a kind that is not read.
        failed: A message for each file that could not be read.
        partly: A message for each file that was read in part.
        resumed: How many files were taken from the journal.
        characters: Read in this run.
    """

    paths: list[Path | None]
    left_out: int = 0
    failed: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)
    resumed: int = 0
    characters: int = 0

    @property
    def typed(self) -> bool:
        """Whether somebody is to type one of them at a terminal."""
        return None in self.paths and sys.stdin.isatty()


def plan(names: list[str]) -> Run:
    """Return a run over files, over what folders hold, and over "-".

    Raises:
        BaoshuError: A folder holds nothing that can be read.
    """
    run = Run([])
    for name in names:
        path = Path(name)
        if name == "-":
            run.paths.append(None)
        elif path.is_dir():
            found, left = find_files(path)
            run.paths += found
            run.left_out += left
        else:
            run.paths.append(path)
    return run


def extract(
    nlp: Language,
    run: Run,
    journal: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Fact]:
    """Yield the facts of all files in order.

    Args:
        nlp: The pipeline.
        run: Its ``failed``, ``resumed`` and ``characters`` are filled in on the way.
        journal: Where finished files are written down, and read from at the start.
        advance: Called when a file is done.
    """
    done = _read_journal(journal) if journal else {}
    for path in run.paths:
        key = _key(path)
        if key in done:
            run.resumed += 1
            yield from done.pop(key)
        else:
            try:
                found = list(_one(nlp, path, run))
            except BaoshuError as error:
                run.failed.append(str(error))
            else:
                if journal:
                    _write_journal(journal, key, found)
                yield from found
        advance()


def _one(nlp: Language, path: Path | None, run: Run) -> Iterator[Fact]:
    document = read_named(path)
    if document.pictures:
        said = _("{name}: pages {pages} are pictures without text: run OCR on them")
        pages = ", ".join(map(str, document.pictures))
        run.partly.append(said.format(name=path, pages=pages))
    yield from document_facts(nlp, document)
    run.characters += len(document.text)


def read_all(
    nlp: Language, run: Run, advance: Callable[[], None]
) -> dict[Doc, tuple[str, int]]:
    """Return the Docs of all files: of each the name of its document and where it starts.

    Args:
        nlp: The pipeline.
        run: Its ``failed`` is filled in on the way.
        advance: Called when a file is done.
    """
    places: dict[Doc, tuple[str, int]] = {}
    for path in run.paths:
        try:
            document = read_named(path)
        except BaoshuError as error:
            run.failed.append(str(error))
        else:
            for doc, offset in read_figures(nlp, document):
                doc.tensor = doc.tensor[:0]  # 1.5 kB a character, and all are kept
                places[doc] = (document.name, offset)
        advance()
    return places


def read_named(path: Path | None) -> Document:
    """Return the document in a file, with the name of the file."""
    return replace(read_document(path), name="-" if path is None else path.name)


def document_facts(nlp: Language, document: Document) -> Iterator[Fact]:
    """Yield the facts of one document."""
    for doc, offset in read_figures(nlp, document):
        yield from facts(doc, document, offset)


def read_figures(nlp: Language, document: Document) -> Iterator[tuple[Doc, int]]:
    """Yield the Doc of each block of a document, and where it starts."""
    for block in blocks(document.text, MOST_CHARACTERS):
        doc = nlp.make_doc(block.text)
        if block.offset:
            doc._.above = document.outline.above(block.offset)
        yield nlp(doc), block.offset


def _key(path: Path | None) -> str:
    """Tell a file from another, and from itself after a change."""
    if path is None or not path.is_file():
        return str(path)
    status = path.stat()
    return f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"


def _write_journal(journal: Path, key: str, found: list[Fact]) -> None:
    lines = [json.dumps({"done": key, "facts": len(found)})]
    lines += [json_line(fact) for fact in found]
    with journal.open("a", encoding="utf8") as file:
        file.write("".join(f"{line}\n" for line in lines))


def _read_journal(journal: Path) -> dict[str, list[Fact]]:
    """Return the facts of each finished file; a last one cut short is dropped."""
    done: dict[str, list[Fact]] = {}
    if not journal.is_file():
        return done
    lines = journal.read_text("utf8").splitlines(keepends=True)
    at = 0
    while at < len(lines):
        try:
            head = json.loads(lines[at])
            found = lines[at + 1 : at + 1 + head["facts"]]
            if len(found) < head["facts"] or not [lines[at], *found][-1].endswith("\n"):
                break
            done[head["done"]] = [read_json_line(line) for line in found]
        except (ValueError, KeyError, TypeError):
            break
        at += 1 + len(found)
    journal.write_text("".join(lines[:at]), "utf8")
    return done
