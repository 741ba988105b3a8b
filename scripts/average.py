"""One pipeline whose weights are the mean of several: runs from one start, other seeds.

    python scripts/average.py training/mean training/seed1/model-best training/seed2/model-best ...

A model soup (Wortsman et al., 2022): it costs one model's time, and is mostly at least as
right as the best of them. Runs from different starts have nothing in common to average.
"""

import argparse
from pathlib import Path

import numpy as np
import spacy
import torch
from spacy.language import Language


def average(output: Path, paths: list[Path]) -> None:
    """Write the pipeline; settings and what is not a weight are the first one's."""
    pipelines = [spacy.load(path) for path in paths]
    first = pipelines[0]
    states = [encoder_of(nlp).state_dict() for nlp in pipelines]
    encoder_of(first).load_state_dict(
        {name: torch.stack([s[name] for s in states]).mean(dim=0) for name in states[0]}
    )
    for name in ("ner", "figure_linker"):
        nodes = [list(nlp.get_pipe(name).model.walk()) for nlp in pipelines]
        for same in zip(*nodes, strict=True):
            for param in same[0].param_names:
                if same[0].has_param(param):
                    values = [node.get_param(param) for node in same]
                    same[0].set_param(param, np.mean(values, axis=0))
    first.to_disk(output)


def encoder_of(nlp: Language) -> torch.nn.Module:
    return nlp.get_pipe("tok2vec").model.shims[0]._model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("pipelines", type=Path, nargs="+")
    args = parser.parse_args()
    average(args.output, args.pipelines)


if __name__ == "__main__":
    main()
