"""What the trainable components share: a format number, and one thread for products."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import srsly
from spacy.pipeline import TrainablePipe
from threadpoolctl import ThreadpoolController

from baoshu import extensions  # noqa: F401  registers what they write
from baoshu.errors import BaoshuError
from baoshu.messages import _

FORMAT = 2  # raised when a saved pipeline no longer means what it meant


class FigurePipe(TrainablePipe):
    """A trainable pipe that refuses what another format of it has saved."""

    def from_disk(
        self, path: str | Path, *, exclude: Iterable[str] = ()
    ) -> "FigurePipe":
        check_format(srsly.read_json(Path(path) / "cfg"), str(path))
        super().from_disk(path, exclude=exclude)
        return self


@cache
def _thread_pools() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """Let numpy multiply on one thread within.

    The heads' matrices are small, and numpy's threads and the encoder's, each waiting
    awake for the next product, take the cores from one another: documents of 300
    characters took twice as long (docs/performance.md).
    """
    return _thread_pools().limit(limits=1, user_api="blas")


def check_format(cfg: dict[str, Any], where: str) -> None:
    """Raise BaoshuError where a saved component is not of this version's format."""
    if cfg.get("format") != FORMAT:
        raise BaoshuError(
            _(
                "{name}: made for format {theirs}, this version of baoshu reads format "
                "{ours}: train the model again (spacy train) or install the baoshu "
                "version named in its meta.json"
            ).format(name=where, theirs=cfg.get("format"), ours=FORMAT)
        )
