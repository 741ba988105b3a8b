"""What can be read off the words around a figure about its being planned.

Whether a figure is planned often stands far from it, in the heading of its section or
in a later year than the report's own. The linker learns what these cues are worth; none
decides alone.
"""

import re

import numpy as np
from spacy.tokens import Doc

from baoshu.chars import SENTENCE_ENDS, simplify
from baoshu.sections import POINT, Outline

_AHEAD = re.compile(
    r"计划|打算|安排|部署|目标|下一步|下步|今后|展望|思路|明年|下半年|预期|规划|"
    r"努力方向|任务|工作要点|工作重点|要求|措施|建议"
)
_BEHIND = re.compile(
    r"完成情况|执行情况|落实情况|进展|回顾|总结|成效|成绩|工作情况|开展情况|基本情况|"
    r"存在|问题|困难|不足|原因|上半年"
)
_WILL = re.compile(
    r"拟|计划|力争|争取|预计|预期|确保|目标|将(?!近)|要求|不低于|不少于|新的一年|"
    r"下一步|明年|下半年|今后|安排|规划|建成后|到\d{4}年"
)
_TURN = re.compile(r"下一?步|下半年|明年|新的一年|今后|接下来|下一?阶段|下一年|后续")
_DONE = re.compile(r"已|完成|实现|共|累计|达到|了|建成|其中|全年|截至|目前")
_SENTENCE = re.compile(rf"[{SENTENCE_ENDS}\n]")
_CLAUSE = re.compile(rf"[，,；;{SENTENCE_ENDS}\n]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_OPENING = 40  # characters of a paragraph that say what it is about

CUES = 13
_SAYS_PLAN = [0, 4, 5, 6, 8, 9]  # columns of `cues` without which nothing says plan


def cues(doc: Doc, figures: list[int]) -> np.ndarray:
    """Return zeros and ones, (n_figures, CUES) float32.

    Args:
        doc: Its ``doc._.above`` is what stands over a text that was cut out: title and
            headings.
        figures: Where each figure starts, characters.
    """
    above = doc._.above
    text = simplify(above + doc.text)
    outline = Outline(text)
    year = _YEAR.search(text[: len(above) + 200])
    own = int(year.group()) if year else 9999
    rows = [_row(text, start + len(above), outline, own) for start in figures]
    return np.array(rows, dtype=np.float32).reshape(-1, CUES)


def says_plan(rows: np.ndarray) -> np.ndarray:
    """Return whether anything around a figure says that it is planned, (n_figures,).

    By the scheme a plan is one because a word or a heading says so.

    Args:
        rows: What `cues` returns, (n_figures, CUES).
    """
    return np.any(rows[:, _SAYS_PLAN] > 0, axis=1, keepdims=True)[:, 0]


def _row(text: str, start: int, outline: Outline, own: int) -> list[bool]:
    path = [text[h.start : h.end] for h in outline.path(start) if h.level < POINT]
    paragraph = text[text.rfind("\n", 0, start) + 1 : start]
    sentence = _SENTENCE.split(paragraph)[-1]
    clause = _CLAUSE.split(sentence)[-1]
    return [
        any(_AHEAD.search(heading) for heading in path),
        any(_BEHIND.search(heading) for heading in path),
        bool(path) and bool(_AHEAD.search(path[-1])),
        bool(path) and bool(_BEHIND.search(path[-1])),
        any(_later(heading, own) for heading in path),
        _later(paragraph, own),
        bool(_WILL.search(paragraph[:_OPENING])),
        bool(_DONE.search(paragraph[:_OPENING])),
        bool(_TURN.search(paragraph)),
        bool(_WILL.search(sentence)),
        bool(_DONE.search(sentence)),
        bool(_WILL.search(clause)),
        bool(_DONE.search(clause)),
    ]


def _later(text: str, own: int) -> bool:
    years = _YEAR.findall(text)
    return bool(years) and int(years[-1]) > own
