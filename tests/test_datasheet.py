"""The corpus is what its data sheet and its manifest say."""

import csv
import json
import re
from collections import Counter

import pytest

from baoshu.annotations import SPLITS, files, read, read_gold
from baoshu.chars import simplified
from baoshu.evaluation import agreement
from baoshu.labels import FIGURE_LABELS
from baoshu.phenomena import phenomena, style
from conftest import ROOT

SHEET = (ROOT / "corpus" / "README.md").read_text("utf8")
GENRES = {
    "annual summary": 30,
    "half-year summary": 10,
    "work report": 10,
    "statistical bulletin": 8,
    "budget or final accounts": 8,
    "project progress bulletin": 8,
    "hospital or fund annual report": 8,
    "audit or inspection report": 6,
    "leader's speech": 4,
    "news release": 4,
    "epidemic bulletin": 4,
}  # per cent of the documents of the first three batches
DEPARTMENTS = {
    *("medical insurance", "civil affairs", "education", "finance", "agriculture"),
    *("development and reform", "housing", "transport", "ecology", "culture"),
    "market regulation",
}
LEVELS = {"province", "city", "county", "banner", "town", "institution"}
STYLES = {
    "half-width": 40,
    "traditional": 8,
    "masked names": 8,
    "page furniture": 10,
    "flattened table": 6,
    "typing and recognition errors": 6,
    "very long paragraph": 10,
}
PHENOMENA = {
    "distribution": 6,
    "part": 8,
    "cross_sentence": 10,
    "plan": 12,
    "delta": 12,
    "no_indicator": 5,
    "three_or_more": 40,
}  # per cent of all figures


@pytest.fixture(scope="module")
def rows():
    manifest = ROOT / "corpus" / "MANIFEST.tsv"
    with manifest.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def corpus():
    return {
        split: {
            path.stem: read(path)[0] for path in files(ROOT / "annotations" / split)
        }
        for split in SPLITS
    }


@pytest.fixture(scope="module")
def counts(corpus):
    return {
        split: sum((phenomena(a) for a in documents.values()), Counter())
        + Counter(
            documents=len(documents),
            characters=sum(len(a.text) for a in documents.values()),
        )
        for split, documents in corpus.items()
    }


@pytest.fixture(scope="module")
def planned_rows(rows):
    """The first three batches: the others were written for what they have little of."""
    return [row for row in rows if int(row["document"][:3]) <= 288]


def traits(row):
    return set(row["traits"].split("; "))


def test_size(counts):
    total = sum(counts.values(), Counter())
    assert total["documents"] >= 383
    assert total["characters"] >= 400_000
    assert total["figures"] >= 12_000
    assert total["links"] >= 30_000
    assert counts["dev"]["documents"] == counts["test"]["documents"] == 24
    for name in ("documents", "characters", "figures", "links"):
        columns = [counts[split][name] for split in SPLITS] + [total[name]]
        assert f"| {name} | {' | '.join(f'{n:,}' for n in columns)} |" in SHEET


def test_genres_departments_and_levels(rows, planned_rows):
    assert {row["genre"] for row in rows} == set(GENRES)
    found = Counter(row["genre"] for row in planned_rows)
    for genre, share in GENRES.items():
        expected = share / 100 * len(planned_rows)
        assert found[genre] == pytest.approx(expected, abs=1), genre
    departments = Counter(row["department"] for row in planned_rows)
    health = departments["health"] / len(planned_rows)
    assert health == pytest.approx(0.45, abs=0.01)
    assert departments.keys() >= DEPARTMENTS
    level = Counter(row["level"] for row in rows)
    assert level.keys() == LEVELS | {"district"}
    level["county or district"] = level.pop("county") + level.pop("district")
    level["a single institution"] = level.pop("institution")
    sheet = " ".join(SHEET.split())
    for name, n in level.items():
        assert f"{n} {name}" in sheet, name
    departments = Counter(row["department"] for row in rows)
    assert f"{departments['health']} reports are of health bodies" in sheet
    assert f"{len(departments) - 1} further departments" in sheet
    first, *_, last = sorted(row["year"] for row in rows if row["year"])
    assert f"Years {first} to {last}." in sheet
    assert SHEET.split("\n")[2].startswith(f"{len(rows)} invented")


def test_styles(rows, planned_rows, corpus):
    found = Counter(trait for row in planned_rows for trait in traits(row))
    for name, share in STYLES.items():
        assert found[name] >= share / 100 * len(planned_rows), name
    measured = set().union(
        *(style(a.text) for d in corpus.values() for a in d.values())
    )
    for row in rows:
        text = corpus[row["split"]][row["document"]].text
        assert style(text) == traits(row) & measured, row["document"]
    text = "".join(a.text for d in corpus.values() for a in d.values())
    assert set("衞羣裏臺") <= set(text)
    assert re.search(r"\d{1,3},\d{3}", text) and re.search(r"[０-９]{2}", text)
    assert re.search(r"\d[—-]\d", text) and re.search(r"[一二三四五六七八九]成", text)


def test_masked_names_are_masked(rows, corpus):
    for row in rows:
        if "masked names" in traits(row):
            text = corpus[row["split"]][row["document"]].text
            assert re.search(r"[XxＸ×]{1,3}[省市县縣区區旗镇鎮乡月]|\*|某", text), row


def test_phenomena(counts):
    total = sum(counts.values(), Counter())
    for name, share in PHENOMENA.items():
        assert total[name] >= share / 100 * total["figures"], name
        assert all(counts[split][name] for split in SPLITS), name
        assert f"{total[name] / total['figures']:.1%}"[:-1] in SHEET, name


def names_with_numbers(annotated, mention):
    names = ("ORG", "PROJECT", "DOC", "ITEM")
    return mention.label in names and re.search(r"\d", annotated.surface(mention))


def shared_unit(annotated, mention):
    bare = re.fullmatch(r"[\d,.]+", annotated.surface(mention))
    return (
        mention.label in FIGURE_LABELS and bare and annotated.text[mention.end] == "、"
    )


def verb_as_indicator(annotated, mention):
    return mention.label == "INDICATOR" and annotated.surface(mention) in (
        *("开工", "竣工", "培训", "接待", "检测", "办结", "惠及", "投入", "参加"),
    )


def nested_owner(annotated, mention):
    surface = annotated.surface(mention)
    return mention.label == "ORG" and re.search(r"[市县区].{2,}[局委院].{2,}", surface)


def elided_list(annotated, mention):
    """Two names of one label on either side of 、, the first much shorter."""
    follows = annotated.text[mention.end : mention.end + 1] == "、"
    return (
        mention.label in ("ITEM", "GROUP")
        and follows
        and mention.end - mention.start < 4
    )


@pytest.mark.parametrize(
    "case",
    [names_with_numbers, shared_unit, verb_as_indicator, nested_owner, elided_list],
)
@pytest.mark.parametrize("split", SPLITS)
def test_hard_cases_are_in_every_split(case, split, corpus):
    found = sum(
        bool(case(a, mention)) for a in corpus[split].values() for mention in a.mentions
    )
    assert found >= 3


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    "pattern",
    [
        r"第[\d一二三四五六七八九十]+[届个批期次位名]",  # ordinals
        r"(?m)^[\s　]*(?:\d+[.．、]|[（(][一二三]+[）)])",  # list numbers
        r"其中[^。\n]*其中|其中[^。\n]*[（(]",  # 其中 chains, nested brackets
        r"(?:19|20)\d\d年[^。\n]*(?:19|20)\d\d年[^。\n]*。",  # two dates in a sentence
        r"“?(?:\d\+\d|[一两三四五]个[一100%]|两癌|十[二三四]五)",  # policies with numbers
    ],
)
def test_hard_wordings_are_in_every_split(pattern, split, corpus):
    assert any(re.search(pattern, a.text) for a in corpus[split].values())


def test_no_place_of_dev_or_test_is_trained_on(rows, corpus):
    train = "\0".join(
        "".join(map(simplified, a.text)) for a in corpus["train"].values()
    )
    held_out = [row for row in rows if row["split"] != "train"]
    assert sum(bool(row["places"]) for row in held_out) >= 40  # the others are masked
    for row in held_out:
        own = "".join(map(simplified, corpus[row["split"]][row["document"]].text))
        for place in filter(None, row["places"].split("; ")):
            place = "".join(map(simplified, place))
            assert place in own, (row["document"], place)
            assert place not in train, (row["document"], place)


def test_the_agreement_is_as_published():
    folder = ROOT / "corpus" / "agreement"
    found = agreement(read_gold(folder / "first"), read_gold(folder / "second"))
    kept = json.loads((folder / "agreement.json").read_text("utf8"))
    assert found["documents"] == kept["documents"] == 48
    rows = {name: found[name]["f"] for name in ("spans", "figures", "links", "facts")}
    rows |= {k: v["f"] for k, v in found["spans"]["by_label"].items()}
    by_type = {k: v["f"] for k, v in found["links"]["by_type"].items()}
    rows |= by_type | {"INDICATOR": rows["INDICATOR"]}
    rows["INDICATOR (link)"] = by_type["INDICATOR"]
    rows |= {k: v["f"] for k, v in found["flags"].items()}
    for label in ("MONEY", "RATE", "COUNT", "QUANTITY"):
        del rows[label]
    published = dict(re.findall(r"\| ([\w:() ]+) \| (\d\d\.\d)(?= \|)", SHEET))
    for name, f in rows.items():
        assert published[name] == f"{100 * f:.1f}", name
