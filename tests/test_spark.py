"""Many machines: the rows of a Spark table, and of a mapped dataset, are those of one."""

import os
import shutil
import sys
from dataclasses import asdict
from functools import cache

import pandas
import pytest

import baoshu
from baoshu import spark
from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.extraction import document_facts
from baoshu.table_files import rounded

REPORTS = [
    (1, "汀渚县卫健委2023年总结.txt", "2023年，全县重点人群签约率68.3%，较上年提高2.1个百分点。"),
    (2, "b.txt", "2023年工作总结\n全市共有医疗机构85家，其中医院12家。"),
    (3, None, "今年新建村卫生室46所，人均1/3个。"),
    (None, "d.txt", None),
    (5, "e.txt", "没有数字。"),
]  # fmt: skip


@pytest.fixture(scope="module")
def session():
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[2]").config(
        "spark.ui.enabled", "false"
    )
    spark_session = builder.config("spark.driver.host", "localhost").getOrCreate()
    yield spark_session
    spark_session.stop()


def one_machine(nlp):
    """The rows of one machine, as parquet holds them, behind the column that stays."""
    return [
        (key, *(rounded(cell) for cell in asdict(fact).values()))
        for key, name, text in REPORTS
        for fact in document_facts(nlp, Document(text or "", name or ""))
    ]


def test_two_workers_give_the_rows_of_one_machine(session, shipped):
    schema = "key bigint, document string, text string"
    df = session.createDataFrame(REPORTS, schema).repartition(2)
    found = spark.extract(df, "text")
    assert found.columns == ["key", *baoshu.fact_table.COLUMNS]
    rows, expected = [tuple(row) for row in found.collect()], one_machine(shipped)
    assert len(expected) >= 5
    assert sorted(rows, key=str) == sorted(expected, key=str)


def test_columns_that_cannot_be(session):
    df = session.createDataFrame([("甲", 1)], "text string, label int")
    with pytest.raises(BaoshuError, match="body"):
        spark.extract(df, "body")
    with pytest.raises(BaoshuError, match="label"):
        spark.extract(df, "text")


def test_a_worker_loads_the_pipeline_once(shipped, monkeypatch):
    loaded = []
    monkeypatch.setattr(spark, "load", lambda: loaded.append(1) or shipped)
    spark._pipeline.cache_clear()
    frame = pandas.DataFrame(REPORTS, columns=["key", "document", "text"])
    read = spark._reader("text", ["key"])
    parts = [*read([frame[:2], frame[2:]]), *read([frame[4:]])]
    spark._pipeline.cache_clear()
    assert sum(map(len, parts)) == len(one_machine(shipped))
    assert loaded == [1]


@cache
def pipeline():
    return baoshu.load()


def figures(batch):
    found = [baoshu.facts(doc) for doc in pipeline().pipe(batch["text"])]
    return {"figures": [[row.text for row in rows] for rows in found]}


def test_a_dataset_mapped_by_two_processes(shipped):
    datasets = pytest.importorskip("datasets")
    texts = [text for _, _, text in REPORTS if text]
    data = datasets.Dataset.from_dict({"text": texts})
    mapped = data.map(figures, batched=True, num_proc=2)
    expected = [[row.text for row in baoshu.facts(shipped(text))] for text in texts]
    assert mapped["figures"] == expected
