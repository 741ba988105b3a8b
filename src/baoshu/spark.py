"""Facts of a corpus over a cluster, by Spark: `baoshu.spark.extract(df, "text")`.

Needs ``baoshu[spark]`` where the query is written and on every worker.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields
from functools import cache
from typing import TYPE_CHECKING

from spacy.language import Language

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.extraction import document_facts
from baoshu.fact_table import COLUMNS, Fact
from baoshu.loading import load
from baoshu.messages import _
from baoshu.table_files import PRECISION, SCALE, kind_of, rounded

if TYPE_CHECKING:
    import pandas
    from pyspark.sql import DataFrame

_KINDS = {
    "Decimal": f"decimal({PRECISION},{SCALE})", "str": "string", "int": "bigint",
    "bool": "boolean", "float": "double",
}  # fmt: skip
_NAMES = "document"  # a column of names; it gives the fact's column of that name


def extract(df: "DataFrame", text_column: str) -> "DataFrame":
    """Return the facts of a table of texts, one row a figure.

    Args:
        df: One document a row. Its other columns stay in front of those of `Fact`, so
            that a fact says where it comes from; a column ``document`` is the names of
            the documents, as files have them.
        text_column: The column of the texts; a row without a text gives no fact.

    Returns:
        The rows that one machine gives; values as in parquet, decimal(38,12).

    Raises:
        BaoshuError: There is no such column, or another has the name of a fact's.
    """
    if text_column not in df.columns:
        said = _("no column {name} in {columns}")
        raise BaoshuError(said.format(name=text_column, columns=", ".join(df.columns)))
    kept = [name for name in df.columns if name not in (text_column, _NAMES)]
    facts = {field.name: _KINDS[kind_of(field.type)] for field in fields(Fact)}
    taken = sorted(set(kept) & set(facts))
    if taken:
        said = _("columns {names} are columns of the facts too: rename them first")
        raise BaoshuError(said.format(names=", ".join(taken)))
    types = dict(df.select(kept).dtypes) | facts
    schema = ", ".join(f"`{name}` {kind}" for name, kind in types.items())
    return df.mapInPandas(_reader(text_column, kept), schema)


def _reader(
    text_column: str, kept: list[str]
) -> "Callable[[Iterable[pandas.DataFrame]], Iterator[pandas.DataFrame]]":
    def read(frames: "Iterable[pandas.DataFrame]") -> "Iterator[pandas.DataFrame]":
        import pandas

        for frame in frames:
            names = frame[_NAMES] if _NAMES in frame else [""] * len(frame)
            origin, cells = [], []
            for i, pair in enumerate(zip(frame[text_column], names, strict=True)):
                text, name = (part if isinstance(part, str) else "" for part in pair)
                for fact in document_facts(_pipeline(), Document(text, name)):
                    origin.append(i)
                    cells.append([rounded(cell) for cell in asdict(fact).values()])
            facts = pandas.DataFrame(cells, columns=list(COLUMNS), dtype=object)
            before = frame[kept].iloc[origin].reset_index(drop=True)
            yield pandas.concat([before, facts], axis=1)

    return read


@cache
def _pipeline() -> Language:
    """Return the pipeline that ships, loaded once a worker."""
    return load()
