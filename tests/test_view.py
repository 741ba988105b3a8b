"""The page: everything escaped, nothing fetched, every figure in text and table."""

import html
import re
import shutil
import subprocess

import pytest

from baoshu.documents import Document
from baoshu.extraction import read_figures
from baoshu.view import render_page

HOSTILE = (
    "<script>alert(1)</script>2023年总结\n"
    "2023年，全县<b>重点人群</b>签约率68.3%，比上年提高2.1个百分点。</script><!--\n"
    "一、2024年计划\n计划新建村卫生室6所，投资1.2亿元。\n"
)


def page(nlp, text, **known):
    document = Document(text, **known)
    return render_page(read_figures(nlp, document), document)


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


def test_a_long_report_and_one_without_figures(shipped):
    assert "0 figures" in page(shipped, "没有数字的一段话。\n")
    source = page(shipped, HOSTILE * 20)
    assert source.count("data-figure=") >= 80


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


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")
def test_in_a_browser(shipped, tmp_path):
    """A row is clicked: its figure is highlighted, its links are drawn, filters filter."""
    import json

    source = page(shipped, HOSTILE).replace("</body>", SCRIPT + "</body>")
    path = tmp_path / "page.html"
    path.write_text(source, "utf8")
    done = subprocess.run(
        [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000",
         "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'data-result="([^"]*)"', done.stdout)
    assert found, done.stderr[-2000:]
    result = json.loads(html.unescape(found[1]))
    assert result["chosen"] == "68.3%"
    assert any("签约率" in head for head in result["heads"])
    assert result["paths"] == len(result["heads"]) >= 1
    assert result["current"] == "true"
    assert len(result["left"]) == 1 and "1.2亿元" in result["left"][0]
