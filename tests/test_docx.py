"""What Word shows and python-docx leaves out: numbers, smart tags, merged cells."""

import pytest

from baoshu.reading import read_document

docx = pytest.importorskip("docx")

from docx.oxml import parse_xml  # noqa: E402
from docx.oxml.ns import nsdecls  # noqa: E402

W = nsdecls("w")


def xml(source):
    return parse_xml(source.replace(">", f" {W}>", 1).replace(f"/ {W}>", f" {W}/>", 1))


@pytest.fixture
def word():
    return docx.Document()


@pytest.fixture
def text(word, tmp_path):
    def saved():
        word.save(tmp_path / "report.docx")
        return read_document(tmp_path / "report.docx").text

    return saved


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<w:smartTag w:element="chmetcnv">RUN</w:smartTag>', "新建3.6万平方米。"),
        ('<w:ins w:id="1" w:author="甲">RUN</w:ins>', "新建3.6万平方米。"),
        ("<w:sdt><w:sdtContent>RUN</w:sdtContent></w:sdt>", "新建3.6万平方米。"),
        ('<w:hyperlink w:anchor="a">RUN</w:hyperlink>', "新建3.6万平方米。"),
        ('<w:del w:id="1" w:author="甲">RUN</w:del>', "新建。"),
        ('<w:moveFrom w:id="1" w:author="甲">RUN</w:moveFrom>', "新建。"),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>", "新建。"),
        ('<w:r><w:br w:type="page"/></w:r>', "新建。"),
        ("<w:r><w:br/></w:r>", "新建\n。"),
    ],
)
def test_what_a_paragraph_shows(word, text, inside, expected):
    paragraph = word.add_paragraph("新建")
    run = "<w:r><w:t>3.6万平方米</w:t></w:r>"
    paragraph._p.append(xml(inside.replace("RUN", run)))
    paragraph.add_run("。")
    assert text() == f"{expected}\n"


def test_content_controls_and_text_boxes_keep_their_place(word, text):
    word.add_paragraph("甲")
    control = "<w:sdt><w:sdtContent><w:p><w:r><w:t>乙5家</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    word.element.body.insert(1, xml(control))
    box = "<w:pict><w:txbxContent><w:p><w:r><w:t>框内9项</w:t></w:r></w:p></w:txbxContent></w:pict>"
    word.add_paragraph().add_run("丙")._r.append(xml(box))
    assert text() == "甲\n乙5家\n丙\n框内9项\n"


def test_a_merged_cell_is_written_once_and_a_frame_keeps_its_paragraphs(word, text):
    table = word.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "合计2.1亿元"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "县医院"
    for row in (1, 2):
        for column in (1, 2):
            table.cell(row, column).text = f"{row}{column}张"
    frame = word.add_table(1, 1).cell(0, 0)
    frame.text = "外"
    frame.add_table(1, 2).cell(0, 1).text = "内8台"
    frame.paragraphs[-1].text = "末"
    assert text() == "合计2.1亿元\n县医院\t11张\t12张\n\t21张\t22张\n外\n\t内8台\n末\n"


LEVELS = [
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
]


def numbered_lists(word, style=None):
    """Give a document one list of three levels, as numId 99."""
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        + (f'<w:pStyle w:val="{style}"/>' if style and i == 1 else "")
        + f'<w:lvlText w:val="{shown}"/></w:lvl>'
        for i, (form, shown) in enumerate(LEVELS)
    )
    root = word.part.numbering_part.element
    root.insert(0, xml(f'<w:abstractNum w:abstractNumId="77">{levels}</w:abstractNum>'))
    root.append(xml('<w:num w:numId="99"><w:abstractNumId w:val="77"/></w:num>'))


def number(properties, level):
    shown = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="99"/></w:numPr>'
    properties.append(xml(shown))


def test_the_numbers_word_counts_are_part_of_the_text(word, text, tmp_path):
    numbered_lists(word)
    word.add_paragraph("2023年工作总结")
    lines = [
        (0, "进展"), (1, "投资"), (2, "2023年完成投资3亿元。"), (2, "开工5个。"), (None, "另有7家。"),
        (1, "民生"), (2, "培训5人。"), (0, "打算"), (1, "新建6所。"), *[(0, "其他")] * 9,
    ]  # fmt: skip
    for level, line in lines:
        paragraph = word.add_paragraph(line)
        if level is not None:
            number(paragraph._p.get_or_add_pPr(), level)
    assert text().splitlines()[1:] == [
        "一、进展", "（一）投资", "1. 2023年完成投资3亿元。", "2. 开工5个。", "另有7家。", "（二）民生",
        "1. 培训5人。", "二、打算", "（一）新建6所。", *[f"{n}、其他" for n in "三四五六七八九十"], "十一、其他",
    ]  # fmt: skip
    document = read_document(tmp_path / "report.docx")
    place = document.text.index("5人")
    assert document.section(place)[:2] == ("一、进展", "（二）民生")


def test_a_style_numbers_its_paragraphs(word, text):
    numbered_lists(word, style="Heading2")
    number(word.styles["Heading 2"].element.get_or_add_pPr(), 0)
    word.add_paragraph("投资", style="Heading 2")
    word.add_paragraph("正文。")
    word.add_paragraph("民生", style="Heading 2")
    assert text() == "（一）投资\n正文。\n（二）民生\n"


def test_a_bullet_and_a_list_that_is_not_there_are_no_number(word, text):
    word.add_paragraph("甲", style="List Bullet")
    number(word.add_paragraph("乙")._p.get_or_add_pPr(), 0)
    assert text() == "甲\n乙\n"
