"""Bytes to text in every encoding reports come in, and text to blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from baoshu.errors import BaoshuError
from baoshu.reading import blocks, decode, read_document

TEXT = (
    "2023年，全县共有医疗机构85家，床位1260张。重点人群家庭医生签约率达到68.3%，"
    "比上年提高2.1个百分点。\n全年总投资约3.2亿元，其中县人民医院迁建项目2.1亿元。\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_document(path).text == TEXT


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be", "big5"])
@pytest.mark.parametrize("odd", ["", "\u200b", "\u200b\n　\u200b"])
def test_encodings_without_a_mark(encoding, odd):
    """Zero-width characters, which web pages leave behind, are no noise."""
    text = TEXT
    if encoding == "big5":
        text = str(OpenCC("s2tw").convert(TEXT))
        odd = odd.replace("\u200b", "")
    assert decode((odd + text).encode(encoding), "x") == odd + text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("absent.txt", None, "cannot be read"),
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n", "empty"),
        ("image.txt", bytes(range(256)) * 40, "not a text file"),
        ("zeros.txt", b"\x00" * 5000, "not a text file"),
        ("report.pdf", b"%PDF-1.7", "damaged pdf|pypdfium2"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, name, data, message):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BaoshuError, match=message) as error:
        read_document(path)
    assert name in str(error.value)


def test_a_folder_is_said(tmp_path):
    with pytest.raises(BaoshuError, match="folder"):
        read_document(tmp_path)


@given(st.text(alphabet="一二。\n；", max_size=200), st.integers(1, 50))
def test_blocks_are_the_text(text, most):
    found = list(blocks(text, most))
    assert "".join(block.text for block in found) == text
    for block in found:
        assert text[block.offset :].startswith(block.text)
        assert 0 < len(block.text) <= most


def test_blocks_end_at_paragraphs():
    text = "一" * 30 + "\n" + "二" * 30 + "\n" + "三" * 30
    assert [len(b.text) for b in blocks(text, 70)] == [62, 30]


def test_decode_keeps_line_ends():
    assert decode(b"a\r\nb\n", "x") == "a\r\nb\n"
