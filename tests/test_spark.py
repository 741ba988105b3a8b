"""Many machines: the rows of a Spark table, and of a mapped dataset, are those of one."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict

import pandas
import pytest

import baoshu
from baoshu import spark
from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.extraction import document_facts
from baoshu.table_files import rounded
from conftest import ROOT

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


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_maps_a_dataset_by_two_processes(name, shipped, tmp_path):
    """In a process of its own: `num_proc` forks, which a process with threads survives not."""
    pytest.importorskip("datasets")
    lines = [text.replace("\n", "") for _, _, text in REPORTS if text]
    (tmp_path / "report.txt").write_text("\n".join(lines), "utf8")
    blocks = re.findall(
        r"^```py\n(.*?)^```", (ROOT / name).read_text("utf8"), re.S | re.M
    )
    block = next(block for block in blocks if "num_proc=2" in block)
    before, call = block.rsplit("\n\n\n", 1)
    script = (
        f"{before}\nimport json\nprint(json.dumps(list({call.strip()}['figures'])))"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path / "cache")}
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True,
        capture_output=True, encoding="utf8", timeout=300,
    ).stdout  # fmt: skip
    expected = [[row.text for row in baoshu.facts(shipped(line))] for line in lines]
    assert json.loads(out.splitlines()[-1]) == expected
