"""html, docx and pdf into documents: offsets, pages, sections, and hostile files."""

import io
import zipfile

import pytest

from baoshu.documents import Document
from baoshu.errors import BaoshuError
from baoshu.read_pdf import join_pages
from baoshu.reading import MOST_BYTES, find_files, read_document

PARAGRAPHS = [
    "汀渚县卫生健康局2023年工作总结",
    "一、2023年工作情况",
    "（一）强化基层服务能力。2023年，全县新建标准化村卫生室12所，改造提升乡镇卫生院3所，"
    "完成投资2860万元，家庭医生签约服务覆盖率达到68.3%，比上年提高2.1个百分点，群众在家门口看病更加方便。",
    "（二）做好疾病预防。全年接种疫苗8.6万剂次，适龄儿童接种率保持在95%以上，孕产妇系统管理率为93.7%，"
    "没有发生聚集性疫情。",
    "二、2024年工作打算",
    "新建村卫生室6所，力争签约率达到72%，县中医院门诊综合楼年底前投入使用，总投资约1.2亿元。",
]


def html(paragraphs=PARAGRAPHS, extra=""):
    body = "".join(f"<p>{p}</p>" for p in paragraphs[1:])
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'>"
        f"<title>{paragraphs[0]}</title>"
        "<meta name='PubDate' content='2024-01-15'></head><body>"
        "<nav><a href='/'>首页</a><a href='/zw'>政务公开</a></nav>"
        f"<div class='article'><h1>{paragraphs[0]}</h1>{body}{extra}</div>"
        "<div class='share'>分享到：微信 微博</div><footer>备案号：×ICP备0001号</footer>"
        "</body></html>"
    )


def write_docx(path, paragraphs=PARAGRAPHS):
    docx = pytest.importorskip("docx")
    word = docx.Document()
    word.core_properties.title = paragraphs[0]
    for paragraph in paragraphs:
        word.add_paragraph(paragraph)
    table = word.add_table(2, 3)
    for row, cells in enumerate(
        [("项目", "总投资", "床位"), ("县医院", "2.1亿元", "300张")]
    ):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    word.save(path)


def write_pdf(path, pages, numbers=True, heads=("汀渚县卫生健康局",), pictures=()):
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    from PIL import Image
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    pdf = canvas.Canvas(str(path))
    for number, lines in enumerate(pages, 1):
        pdf.setFont("STSong-Light", 12)
        pdf.drawString(72, 810, heads[number % len(heads)])
        if number in pictures:
            pdf.drawInlineImage(Image.new("RGB", (9, 9)), 100, 100)
        for i, line in enumerate(lines):
            pdf.drawString(72, 780 - 20 * i, line)
        if numbers:
            pdf.drawString(290, 30, f"— {number} —")
        pdf.showPage()
    pdf.save()


def broken(width=30):
    """The paragraphs as a page shows them: lines of ``width``, indented by two."""
    lines = []
    for paragraph in PARAGRAPHS[1:]:
        text = "　　" + paragraph
        lines += [text[i : i + width] for i in range(0, len(text), width)]
    return lines


def test_html_keeps_the_report_and_leaves_the_page(tmp_path):
    pytest.importorskip("trafilatura")
    path = tmp_path / "report.html"
    path.write_text(html(), "utf8")
    document = read_document(path)
    for paragraph in PARAGRAPHS[1:]:
        assert paragraph in document.text
    for furniture in ("首页", "分享到", "备案号"):
        assert furniture not in document.text
    assert document.title == PARAGRAPHS[0]
    assert document.date == "2024-01-15"


def test_html_in_gb18030(tmp_path):
    pytest.importorskip("trafilatura")
    path = tmp_path / "report.htm"
    path.write_bytes(html().replace("utf-8", "gb18030").encode("gb18030"))
    assert PARAGRAPHS[2] in read_document(path).text


META = (
    "<meta name='ArticleTitle' content='卫健局总结'><meta name='PubDate' content='2024-02-03 09:30'>"
    "<meta name='ContentSource' content='县卫健局'><meta name='SiteName' content='县政府网'>"
)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (META, ("卫健局总结", "2024-02-03", "县卫健局")),
        (META.replace("县卫健局", ""), ("卫健局总结", "2024-02-03", "县政府网")),
        ("", (PARAGRAPHS[0], "", "")),  # the years in the text are no date of the page
    ],
)
def test_html_states_its_title_date_and_publisher(tmp_path, head, expected):
    pytest.importorskip("trafilatura")
    page = html().replace("<meta name='PubDate' content='2024-01-15'>", head)
    (tmp_path / "a.html").write_text(page, "utf8")
    document = read_document(tmp_path / "a.html")
    assert (document.title, document.date, document.publisher) == expected


@pytest.mark.parametrize(
    "form",
    [
        "<div>{}</div>",
        "　　{}<br/>",
        "<p><span>{}</span></p>",
        "<section><section><span>{}</span></section></section>",  # editors of 微信
    ],
)
def test_html_keeps_paragraphs_however_they_are_marked(tmp_path, form):
    pytest.importorskip("trafilatura")
    page = html()
    for paragraph in PARAGRAPHS[1:]:
        page = page.replace(f"<p>{paragraph}</p>", form.format(paragraph))
    (tmp_path / "a.html").write_text(page, "utf8")
    found = [p.text for p in read_document(tmp_path / "a.html").paragraphs()]
    assert found == PARAGRAPHS


def test_html_rows_are_lines_and_a_layout_table_is_none(tmp_path):
    pytest.importorskip("trafilatura")
    table = (
        "<table><tr><th>项目</th><th>总投资</th></tr><tr><td>县医院</td><td>2.1亿元</td></tr>"
        "</table>"
    )
    page = html(extra=table).replace("<div class='article'>", "<table><tr><td>")
    page = page.replace("</table></div>", "</table></td></tr></table>")
    for name, data in (("a.html", html(extra=table)), ("b.html", page)):
        (tmp_path / name).write_text(data, "utf8")
        text = read_document(tmp_path / name).text
        assert "项目\t总投资\n县医院\t2.1亿元" in text
        assert "|" not in text and "---" not in text
        assert set(PARAGRAPHS[1:]) <= set(text.splitlines())


def test_docx_keeps_paragraphs_and_rows(tmp_path):
    write_docx(tmp_path / "report.docx")
    document = read_document(tmp_path / "report.docx")
    assert document.text.splitlines()[: len(PARAGRAPHS)] == PARAGRAPHS
    assert "县医院\t2.1亿元\t300张\n" in document.text
    assert document.title == PARAGRAPHS[0]


def test_pdf_joins_lines_and_drops_what_repeats(tmp_path):
    pytest.importorskip("pypdfium2")
    lines = broken()
    half = len(lines) // 2
    pages = [["2023年工作总结"], lines[:half], lines[half:], ["附件另发。"]]
    write_pdf(tmp_path / "report.pdf", pages)
    document = read_document(tmp_path / "report.pdf")
    for paragraph in PARAGRAPHS[1:]:
        assert paragraph in document.text.splitlines()
    assert "— 2 —" not in document.text
    assert "汀渚县卫生健康局" not in document.text
    assert len(document.pages) == 4
    assert document.page(document.text.index("12所")) == 2
    assert document.page(document.text.index("72%")) == 3


@pytest.mark.parametrize(
    "heads", [("汀渚县卫生健康局",), ("2023年总结", "卫健局 第3页")]
)
def test_pdf_heads_of_few_pages_and_of_left_and_right_ones(tmp_path, heads):
    pytest.importorskip("pypdfium2")
    lines = broken()
    pages = [lines[:3], lines[3:6], lines[6:9], lines[9:]]
    if len(heads) == 1:
        pages = [lines[:6], lines[6:]]
    write_pdf(tmp_path / "report.pdf", pages, heads=heads)
    text = read_document(tmp_path / "report.pdf").text
    assert text.splitlines() == PARAGRAPHS[1:]


def test_a_sentence_at_the_edge_of_pages_is_no_head():
    page = ["各位代表！", *["正文" * 10] * 4, "完。"]
    assert join_pages([page, page])[0].count("各位代表！") == 2


def test_a_picture_among_the_pages_is_said(tmp_path):
    pytest.importorskip("pypdfium2")
    lines = broken()
    path = tmp_path / "report.pdf"
    write_pdf(path, [lines[:6], [], lines[6:], []], heads=("",), pictures=(1, 2))
    assert read_document(path).pictures == (2,)  # the first has text, the last is blank
    write_pdf(path, [[], [], []], heads=("",), pictures=(1, 2, 3))
    with pytest.raises(BaoshuError, match="OCR"):  # page numbers are no text
        read_document(path)


def test_bytes_without_a_telling_name_are_known_by_how_they_begin(tmp_path):
    for module in ("pypdfium2", "docx", "trafilatura"):
        pytest.importorskip(module)
    write_docx(tmp_path / "a.docx")
    write_pdf(tmp_path / "a.pdf", [broken()])
    (tmp_path / "a.html").write_text("\ufeff\n" + html(), "utf8")
    for name in ("a.docx", "a.pdf", "a.html"):
        (tmp_path / "bare").write_bytes((tmp_path / name).read_bytes())
        there = read_document(tmp_path / name)
        assert read_document(tmp_path / "bare") == there and PARAGRAPHS[2] in there.text


def test_paragraphs_rebuild_from_their_offsets():
    text = "\n".join(["  " + p for p in PARAGRAPHS]) + "\n"
    document = Document(text, pages=(0, text.index("二、2024")))
    found = list(document.paragraphs())
    assert [p.text for p in found] == PARAGRAPHS
    assert all(document.text[p.start : p.end] == p.text for p in found)
    assert found[2].section == ("一、2023年工作情况", "（一）强化基层服务能力")
    assert found[5].section == ("二、2024年工作打算",)
    assert [p.page for p in found] == [1, 1, 1, 1, 2, 2]


def test_join_pages_by_hand():
    pages = [
        ["一二三四五六七八九十", "一二三。", "（一）标题", "正文正文正文正文正文"],
        ["接着。", "完"],
    ]
    text, starts = join_pages(pages)
    assert (
        text
        == "一二三四五六七八九十一二三。\n（一）标题\n正文正文正文正文正文接着。\n完\n"
    )
    assert [text[start:][:2] for start in starts] == ["一二", "接着"]


def test_joined_lines_of_latin_words_keep_their_space():
    text, starts = join_pages([["the quick brown fox"], [], ["jumps over the dog"]])
    assert text == "the quick brown fox jumps over the dog\n"
    assert starts == (0, 19, 20)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("scan.pdf", None, "OCR"),
        ("bad.pdf", b"%PDF-1.7 nothing", "damaged pdf"),
        ("bad.docx", b"no zip", "damaged or locked"),
        ("old.doc", b"\xd0\xcf\x11\xe0", "save it as .docx"),
        ("page.html", b"<html><body></body></html>", "no report found|empty"),
        ("deep.html", b"<div>" * 1_000_000, "too many tags in tags"),
        ("many.html", b"<p>" * 1_000_000, "too large or too many"),
        ("long.html", b"<p>" + b"x" * 9_000_000, "too large or too many"),
        ("archive.zip", b"PK", "unpack it first"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, name, data, message):
    for module in ("pypdfium2", "docx", "trafilatura"):
        pytest.importorskip(module)
    path = tmp_path / name
    if data is None:
        write_pdf(path, [[], []], numbers=False)
        pdf = path.read_bytes()
        canvas = pytest.importorskip("reportlab.pdfgen.canvas").Canvas(str(path))
        canvas.rect(100, 100, 200, 200, fill=1)
        canvas.save()
        assert path.read_bytes() != pdf
    else:
        path.write_bytes(data)
    with pytest.raises(BaoshuError, match=message) as error:
        read_document(path)
    assert name in str(error.value)


def test_a_zip_bomb_is_not_opened(tmp_path):
    pytest.importorskip("docx")
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (300 * 2**20))
    assert path.stat().st_size < 2**20
    with pytest.raises(BaoshuError, match="not opened"):
        read_document(path)


def test_a_huge_file_is_said_without_being_read(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2**30)
    assert path.stat().st_size > MOST_BYTES
    with pytest.raises(BaoshuError, match="larger than"):
        read_document(path)


def test_an_xml_bomb_is_an_error_or_nothing(tmp_path):
    """Entities are not resolved: no billion laughs."""
    pytest.importorskip("docx")
    write_docx(tmp_path / "good.docx")
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + b"".join(
            b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
        )
        + b"]><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
        b"<w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
    )
    out = io.BytesIO()
    with (
        zipfile.ZipFile(tmp_path / "good.docx") as good,
        zipfile.ZipFile(out, "w") as bad,
    ):
        for part in good.namelist():
            data = laughs if part == "word/document.xml" else good.read(part)
            bad.writestr(part, data)
    path = tmp_path / "laughs.docx"
    path.write_bytes(out.getvalue())
    with pytest.raises(BaoshuError):
        read_document(path)


def test_a_folder_gives_what_can_be_read(tmp_path):
    for name in ("b.txt", "a.HTML", "c.jpg", "sub/d.docx"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    found, left = find_files(tmp_path)
    assert [str(p.relative_to(tmp_path)) for p in found] == [
        "a.HTML",
        "b.txt",
        "sub/d.docx",
    ]
    assert left == 1
    with pytest.raises(BaoshuError, match="file in it"):
        find_files(tmp_path / "sub" / "empty")
