"""Annotated reports into gold Docs and DocBins, and the check of a whole folder.

The inline form (`markup`) is the source of truth. A folder of annotations has one
folder a split, train, dev and test, and in it one file a document.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from baoshu import extensions  # noqa: F401  registers doc._.links
from baoshu.errors import BaoshuError
from baoshu.labels import CHANGES, FIGURE_LABELS, PLAN
from baoshu.markup import Annotated, Problem, parse
from baoshu.messages import _

if TYPE_CHECKING:
    import datasets

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class FileProblem:
    """A problem and the file it stands in; prints as file:line: message."""

    path: Path
    problem: Problem

    def __str__(self) -> str:
        return f"{self.path}:{self.problem}"


def blank() -> Language:
    """Return a Chinese pipeline whose tokens are characters."""
    config = {"nlp": {"tokenizer": {"@tokenizers": "baoshu.CharTokenizer.v1"}}}
    return spacy.blank("zh", config=config)


def files(folder: Path) -> list[Path]:
    """Return the annotated files of a folder or a file alone, sorted.

    Raises:
        BaoshuError: Nothing there.
    """
    if not folder.exists():
        raise BaoshuError(_("{name}: no such file or folder").format(name=folder))
    found = sorted(folder.rglob("*.txt")) if folder.is_dir() else [folder]
    if not found:
        raise BaoshuError(
            _("{name}: no annotated file (*.txt) in it").format(name=folder)
        )
    return found


def read(path: Path) -> tuple[Annotated, list[FileProblem]]:
    """Parse one annotated file; undecodable text is a problem like any other."""
    try:
        source = path.read_bytes().decode("utf8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        found = Problem(line, repr(error.object[error.start : error.end]), "not UTF-8")
        return Annotated(""), [FileProblem(path, found)]
    annotated, problems = parse(source)
    if not annotated.text.strip():
        problems.append(Problem(1, "", "the file is empty"))
    return annotated, [FileProblem(path, problem) for problem in problems]


def check(folder: Path) -> list[FileProblem]:
    """Return every problem of the annotated files below a folder."""
    problems: list[FileProblem] = []
    texts: dict[str, Path] = {}
    nlp = blank()
    for path in files(folder):
        annotated, found = read(path)
        problems += found
        twin = texts.setdefault(annotated.text, path)
        if twin != path:
            message = f"the same text as {twin}"
            problems.append(FileProblem(path, Problem(1, "", message)))
        problems += [FileProblem(path, p) for p in _misaligned(nlp, annotated)]
    return problems


def _misaligned(nlp: Language, annotated: Annotated) -> Iterator[Problem]:
    doc = nlp.make_doc(annotated.text)
    for mention in annotated.mentions:
        if doc.char_span(mention.start, mention.end) is None:
            line = annotated.text.count("\n", 0, mention.start) + 1
            text = annotated.surface(mention)
            yield Problem(line, text, "the span does not fall on characters")


def gold_doc(nlp: Language, annotated: Annotated, source: str = "") -> Doc:
    """Return the Doc of an annotated text: ents, links and marks as predicted ones.

    Raises:
        ValueError: A span does not fall on tokens (`check` finds these).
    """
    doc = nlp.make_doc(annotated.text)
    doc._.source = source
    spans = []
    for mention in annotated.mentions:
        span = doc.char_span(mention.start, mention.end, label=mention.label)
        if span is None:
            raise ValueError(f"{source}: misaligned {annotated.surface(mention)!r}")
        spans.append(span)
    doc.ents = spans
    mentions = annotated.mentions
    links = (
        (figure.start, figure.end, head.start, head.end, link.label, 1.0)
        for link in annotated.links
        for figure, head in [(mentions[link.figure], mentions[link.head])]
    )
    doc._.links = tuple(sorted(links))
    doc._.marks = tuple(
        (m.start, m.end, PLAN in flags, _change(flags), 1.0)
        for i, m in enumerate(mentions)
        if m.label in FIGURE_LABELS
        for flags in [annotated.flags.get(i, ())]
    )
    return doc


def _change(flags: Iterable[str]) -> str:
    return next((CHANGES[flag] for flag in flags if flag in CHANGES), "")


def record(annotated: Annotated, document: str) -> dict[str, Any]:
    """Return an annotated text as plain JSON: offsets in characters, links by number.

    ``mentions``: start, end, label and flags, in text order; ``links``: the numbers of
    figure and head among the mentions, and the label.
    """
    return {
        "document": document,
        "text": annotated.text,
        "mentions": [
            {
                "start": mention.start,
                "end": mention.end,
                "label": mention.label,
                "flags": list(annotated.flags.get(i, ())),
            }
            for i, mention in enumerate(annotated.mentions)
        ],
        "links": [asdict(link) for link in annotated.links],
    }


def to_dataset(folder: Path | str = "annotations") -> "datasets.DatasetDict":
    """Return the annotated reports as a `datasets.DatasetDict`, one split a folder.

    A row is what `record` gives. Needs ``pip install "baoshu[train]"``.

    Raises:
        BaoshuError: A file has a problem, or there is no split.
    """
    import datasets

    rows = {
        split: [record(read(file)[0], file.stem) for file in paths]
        for split, paths in _splits(Path(folder)).items()
    }
    return datasets.DatasetDict(
        {split: datasets.Dataset.from_list(found) for split, found in rows.items()}
    )


def _splits(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each split of a folder that passes its check."""
    problems = check(folder)
    if problems:
        raise BaoshuError("\n".join(str(problem) for problem in problems))
    splits = {split: folder / split for split in SPLITS if (folder / split).is_dir()}
    if not splits:
        said = _("{name}: none of the folders {splits} in it")
        raise BaoshuError(said.format(name=folder, splits=", ".join(SPLITS)))
    return {split: files(path) for split, path in splits.items()}


def convert(folder: Path, output: Path) -> dict[str, tuple[int, int, int]]:
    """Write each split twice: as a DocBin for spaCy and as JSON lines for the rest.

    Returns:
        Documents, spans and links of each split.

    Raises:
        BaoshuError: A file has a problem; nothing is written then.
    """
    splits, nlp, counts = _splits(folder), blank(), {}
    output.mkdir(parents=True, exist_ok=True)
    for split, paths in splits.items():
        read_in = [(path.stem, read(path)[0]) for path in paths]
        docs = [gold_doc(nlp, annotated, name) for name, annotated in read_in]
        DocBin(docs=docs, store_user_data=True).to_disk(output / f"{split}.spacy")
        with (output / f"{split}.jsonl").open("w", encoding="utf8") as file:
            for name, annotated in read_in:
                row = json.dumps(record(annotated, name), ensure_ascii=False)
                file.write(f"{row}\n")
        spans = sum(len(doc.ents) for doc in docs)
        counts[split] = (len(docs), spans, sum(len(doc._.links) for doc in docs))
    return counts


def read_gold(path: Path) -> list[Doc]:
    """Return gold Docs of annotated files or of a .spacy file.

    Raises:
        BaoshuError: Nothing there, or a file has a problem.
    """
    nlp = blank()
    if path.suffix == ".spacy":
        if not path.is_file():
            said = _("{name}: no such file: run `baoshu convert`")
            raise BaoshuError(said.format(name=path))
        return list(DocBin(store_user_data=True).from_disk(path).get_docs(nlp.vocab))
    problems = check(path)
    if problems:
        raise BaoshuError("\n".join(str(problem) for problem in problems))
    return [gold_doc(nlp, read(file)[0], file.stem) for file in files(path)]
