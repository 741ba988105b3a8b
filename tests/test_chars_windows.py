"""Characters to ids, documents to windows and back: nothing lost, nothing moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baoshu.chars import UNKNOWN, CharVocabulary, plain
from baoshu.windows import cut, encode, groups, pad


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("，", ","),
        ("％", "%"),
        ("１", "1"),
        ("衞", "卫"),
        ("羣", "群"),
        ("裏", "里"),
        ("臺", "台"),
        ("縣", "县"),
        ("㎡", "m"),
        ("\u3000", "▁"),
        ("\n", "▁"),
        ("中", "中"),
    ],
)
def test_plain(char, expected):
    assert plain(char) == expected


@given(st.characters(codec="utf-8"))
def test_plain_is_one_character(char):
    assert len(plain(char)) == 1


def test_ids_one_a_token():
    vocabulary = CharVocabulary(["<s>", "<pad>", "</s>", "<unk>", "▁", "县", "3"])
    assert vocabulary.ids(["縣", "３", " \n", "家"]).tolist() == [5, 6, 4, UNKNOWN]


@settings(max_examples=200)
@given(
    st.text(alphabet="一二。\n，", max_size=300),
    st.integers(12, 40),
    st.integers(0, 5),
)
def test_cores_follow_each_other_and_fit(text, width, context):
    tokens = list(text)
    windows = cut(tokens, width, context)
    at = 0
    for window in windows:
        assert window.core_start == at < window.core_end
        assert window.start <= window.core_start
        assert window.core_end <= window.end
        assert len(window) <= width
        at = window.core_end
    assert at == len(tokens)


def test_paragraphs_stay_whole_and_context_is_where_one_is_cut():
    tokens = list("一" * 14 + "\n" + "二" * 30 + "。" + "三" * 30 + "\n" + "四" * 4)
    found = cut(tokens, 40, 5)
    assert [(w.core_start, w.core_end) for w in found] == [(0, 15), (15, 46), (46, 81)]
    assert [(w.start, w.end) for w in found] == [(0, 15), (15, 51), (41, 81)]
    for width in (20, 33, 40, 200):
        found = cut(tokens, width, 5)
        assert [w.core_end for w in found][:-1] == [w.core_start for w in found][1:]
        assert found[0].core_start == 0 and found[-1].core_end == len(tokens)
        assert all(w.start <= w.core_start < w.core_end <= w.end for w in found)
        assert max(map(len, found)) <= width


def test_cut_prefers_paragraph_then_sentence():
    tokens = list("一" * 14 + "。" + "二" * 3 + "\n" + "三" * 30)
    assert cut(tokens, 20, 0)[0].core_end == 19  # behind the newline
    tokens[18] = "四"
    assert cut(tokens, 20, 0)[0].core_end == 15  # behind the full stop


def test_encode_gives_every_token_its_own_row():
    """With an encoder that returns the ids, documents come back as they were."""
    rng = np.random.default_rng(0)
    docs = [rng.integers(4, 1000, size=n) for n in (0, 3, 500, 41, 40)]
    windows = [
        window
        for i, ids in enumerate(docs)
        for window in cut([str(x) for x in ids], 40, 6, i)
    ]
    seen = []

    def run(batch):
        seen.append(batch.size)
        return batch[..., None].astype(np.float32)

    out = encode(windows, docs, run, 1, 200)
    for ids, rows in zip(docs, out, strict=True):
        np.testing.assert_array_equal(rows[:, 0], ids)
    assert max(seen) <= 200


def test_windows_of_one_length_go_together():
    windows = cut(list("甲乙丙"), 40, 0, 0) + cut(list("丁"), 40, 0, 1)
    batch = pad(windows, [np.array([7, 8, 9]), np.array([6])])
    assert batch.tolist() == [[0, 7, 8, 9, 2], [0, 6, 2, 1, 1]]
    lengths = [[len(w) for w in g] for g in groups(windows * 3, 6)]
    assert lengths == [[3], [3], [3], [1, 1], [1]]
