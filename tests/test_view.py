"""The page: everything escaped, nothing fetched, every figure in text and table."""

import html
import json
import re
import shutil
import subprocess

import pytest

from baoshu.annotations import blank, gold_doc, read_gold
from baoshu.documents import Document
from baoshu.extraction import read_figures
from baoshu.markup import parse
from baoshu.normalizer import FigureNormalizer
from baoshu.view import render_page
from conftest import ROOT

HOSTILE = (
    "<script>alert(1)</script>2023年总结\n"
    "2023年，全县<b>重点人群</b>签约率68.3%，比上年提高2.1个百分点。</script><!--\n"
    "一、2024年计划\n计划新建村卫生室6所，投资1.2亿元。\n"
)


def page(nlp, text, **known):
    document = Document(text, **known)
    return render_page(read_figures(nlp, document), document)


@pytest.fixture(scope="module")
def long_page():
    """A report of more than 30,000 characters, its figures as annotated."""
    docs, text = [], ""
    for doc in read_gold(ROOT / "annotations" / "dev"):
        docs.append((FigureNormalizer()(doc), len(text)))
        text += f"{doc.text}\n"
    assert len(text) > 30_000
    return render_page(docs, Document(text)), sum(len(d._.figures) for d, _ in docs)


def body_text(source):
    article = re.search(r"<article.*?</svg>(.*?)</article>", source, re.S)[1]
    return html.unescape(re.sub(r"<[^>]+>", "", article))


def test_what_the_report_says_is_shown_not_run(shipped):
    source = page(shipped, HOSTILE, title="<script>x</script>")
    assert source.count("<script") == 2  # the page's own
    assert "<b>" not in source.split("<article")[1].split("</article>")[0]
    shown = "".join(body_text(source).split())
    assert shown == "".join(HOSTILE.split())
    assert "<title>&lt;script&gt;x&lt;/script&gt;</title>" in source


def test_the_page_fetches_nothing(shipped):
    source = page(shipped, HOSTILE)
    assert "default-src 'none'" in source
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?https?:""", source)


def test_every_figure_is_in_text_and_table(shipped):
    source = page(shipped, HOSTILE)
    doc = shipped(HOSTILE)
    figures = [f.span.text for f in doc._.figures]
    ids = re.findall(r'<mark id="m(\d+)" class="\w+ figure"', source)
    assert len(ids) == len(figures) >= 4
    assert re.findall(r'data-figure="(\d+)"', source) == ids
    assert "一、2024年计划" in source.split("<aside>")[1]


def test_a_long_report_and_one_without_figures(shipped, long_page):
    assert "0 figures" in page(shipped, "没有数字的一段话。\n")
    source, figures = long_page
    assert source.count("data-figure=") == figures > 1000


WRONG = "{i INDICATOR|拨款}{f MONEY|500万元|INDICATOR:i}，其中省级{a MONEY|300万元|PART_OF:f}，其余县级{b MONEY|120万元|PART_OF:f}。"


def page_of_gold(inline):
    annotated, _ = parse(inline)
    doc = FigureNormalizer()(gold_doc(blank(), annotated))
    return render_page([(doc, 0)], Document(doc.text))


def test_a_contradiction_has_a_badge_and_its_equation():
    source = page_of_gold(WRONG)
    (number,) = re.findall(r'<mark id="m(\d+)" class="MONEY figure wrong"', source)
    data = json.loads(re.search(r'id="data">(.*?)</script>', source, re.S)[1])
    ((figure, (said,)),) = data["findings"].items()
    assert figure == number
    assert said["equation"] == "300万元 + 120万元 = 500万元"
    assert "420" in said["zh"] and "420" in said["en"]
    assert "1 contradiction<" in source
    right = page_of_gold(WRONG.replace("120", "200"))
    assert "figure wrong" not in right and "contradiction<" not in right


def test_displacy_draws_with_our_colours(shipped):
    from spacy import displacy

    drawn = displacy.render(shipped(HOSTILE), style="ent", jupyter=False)
    assert "#7fd1ae" in drawn  # RATE


def chromium():
    return next(
        filter(
            None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
        ),
        None,
    )


SCRIPT = """
<script>
addEventListener("load", () => {
  const row = [...document.querySelectorAll("tbody tr")].find((r) => r.textContent.includes("68.3%"));
  row.click();
  const seen = document.querySelector("mark.chosen");
  const heads = [...document.querySelectorAll("mark.head")].map((m) => m.dataset.role + "=" + m.textContent);
  const form = document.forms[0];
  form.label.value = "MONEY"; form.dispatchEvent(new Event("input", {bubbles: true}));
  const left = [...document.querySelectorAll("tbody tr")].filter((r) => !r.hidden).map((r) => r.cells[0].textContent);
  const result = {chosen: seen && seen.textContent, heads, paths: document.querySelectorAll("#links path").length,
    left, current: row.getAttribute("aria-current"), language: document.documentElement.lang};
  document.body.setAttribute("data-result", JSON.stringify(result));
});
</script>
"""


in_a_browser = pytest.mark.skipif(
    chromium() is None, reason="no Chromium on this machine"
)


def browse(source, script, folder):
    """Open a page, run a script in it, and return what the script reports."""
    path = folder / "page.html"
    path.write_text(source.replace("</body>", script + "</body>"), "utf8")
    done = subprocess.run(
        [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000",
         "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    found = re.search(r'data-result="([^"]*)"', done.stdout)
    assert found, done.stderr[-2000:]
    return json.loads(html.unescape(found[1]))


@in_a_browser
def test_a_click_on_a_badge_tells_the_equation(tmp_path):
    script = """<script>addEventListener("load", () => {
      const box = document.getElementById("finding"), before = box.hidden;
      document.querySelector("mark.wrong").click();
      const result = {before, after: box.hidden, said: box.textContent};
      document.body.setAttribute("data-result", JSON.stringify(result));
    });</script>"""
    result = browse(page_of_gold(WRONG), script, tmp_path)
    assert result["before"] and not result["after"]
    assert "300万元 + 120万元 = 500万元" in result["said"]


@in_a_browser
def test_in_a_browser(shipped, tmp_path):
    """A row is clicked: its figure is highlighted, its links are drawn, filters filter."""
    result = browse(page(shipped, HOSTILE), SCRIPT, tmp_path)
    assert result["chosen"] == "68.3%"
    assert any("签约率" in head for head in result["heads"])
    assert result["paths"] == len(result["heads"]) >= 1
    assert result["current"] == "true"
    assert len(result["left"]) == 1 and "1.2亿元" in result["left"][0]


ROLES = "对象指标范围时期总数 "
KEYS = """
<script>
addEventListener("load", () => {
  const began = performance.now();
  const rows = [...document.querySelectorAll("tbody tr")];
  const row = rows[rows.length - 1];
  row.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  const seen = document.querySelector("mark.chosen");
  const focused = document.activeElement === seen;
  const roles = () => [...document.querySelectorAll("mark.head")].map((m) => m.dataset.role);
  const first = [document.documentElement.lang, roles()];
  document.getElementById("language").click();
  const second = [document.documentElement.lang, roles()];
  const shown = getComputedStyle(document.querySelector("caption [lang=zh]")).display;
  const language = document.documentElement.lang;
  dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
  const result = {rows: rows.length, chosen: seen.textContent, figure: row.cells[0].firstChild.textContent.trim(),
    focused, language, shown, roles: Object.fromEntries([first, second]), left: document.querySelectorAll(".chosen").length, took: performance.now() - began};
  document.body.setAttribute("data-result", JSON.stringify(result));
});
</script>
"""


@in_a_browser
def test_a_long_report_by_the_keyboard(long_page, tmp_path):
    """The last of a thousand rows, by Enter; the language; Escape takes it all back."""
    source, figures = long_page
    result = browse(source, KEYS, tmp_path)
    assert result["rows"] == figures
    assert result["chosen"] == result["figure"] and result["focused"]
    assert (result["language"] == "zh") == (result["shown"] != "none")
    assert result["roles"]["en"] and set("".join(result["roles"]["zh"])) <= set(ROLES)
    assert result["left"] == 0
    assert result["took"] < 2000  # milliseconds
