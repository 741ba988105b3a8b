"""The labels, links and flags of the scheme: nothing else in the package spells one.

Source: ``annotations/GUIDELINES.md``. In the terms of MeasEval (Harper et al., 2021)
a figure is a quantity, MEASURES its measured entity, INDICATOR its measured property
and SCOPE, PERIOD and PART_OF its qualifiers.
"""

import re
from typing import Final, Literal

FIGURE_LABELS: Final[dict[str, str]] = {
    "MONEY": "an amount of money: 3.46亿元",
    "RATE": "percentage, permille, percentage points, multiple, fraction: 68.3%",
    "COUNT": "a number with a counting word: 70多名",
    "QUANTITY": "a physical or time measure: 12.5万平方米",
}
# What a span of these labels holds at least one of; X and * stand for masked digits.
NUMERAL: Final = re.compile(
    r"[0-9０-９〇零一二两兩三四五六七八九十百千万萬亿億半几幾数數壹贰叁肆伍陆柒捌玖拾佰仟]|[XxＸ×*＊]"
)
NAME_LABELS: Final[dict[str, str]] = {
    "ORG": "a named or definite institution: 县总医院, 我局",
    "PROJECT": "a named work, programme, campaign or activity",
    "LOC": "a named place or a definite region: 全县",
    "DATE": "a date or period: 2023年, 上半年",
    "DOC": "a named document with its 《》",
}
# Marked only where a figure links to them.
LINKED_LABELS: Final[dict[str, str]] = {
    "GROUP": "a group of people: 65岁及以上老年人",
    "ITEM": "a thing, service, event or kind of organisation: 床位",
    "INDICATOR": "the measured property: 总投资, 签约率",
}
ENTITY_LABELS: Final[dict[str, str]] = {**NAME_LABELS, **LINKED_LABELS, **FIGURE_LABELS}

# The keys of ENTITY_LABELS as a type: a config that names another fails plainly.
EntityLabel = Literal[
    "ORG", "PROJECT", "LOC", "DATE", "DOC", "GROUP", "ITEM", "INDICATOR",
    "MONEY", "RATE", "COUNT", "QUANTITY",
]  # fmt: skip

# link label -> labels its target (head) may have
LINK_HEADS: Final[dict[str, frozenset[str]]] = {
    "MEASURES": frozenset({"ORG", "PROJECT", "LOC", "GROUP", "ITEM", "DOC"}),
    "INDICATOR": frozenset({"INDICATOR"}),
    "SCOPE": frozenset({"ORG", "LOC", "PROJECT", "ITEM", "GROUP"}),
    "PERIOD": frozenset({"DATE"}),
    "PART_OF": frozenset(FIGURE_LABELS),
}
LINK_LABELS: Final[tuple[str, ...]] = tuple(LINK_HEADS)

PLAN: Final = "plan"
CHANGES: Final[dict[str, str]] = {"delta:up": "up", "delta:down": "down"}
FLAGS: Final[tuple[str, ...]] = (PLAN, *CHANGES)

# displaCy reads these through the entry point spacy_displacy_colors.
DISPLACY_COLORS: Final[dict[str, str]] = {
    "ORG": "#9ecae1",
    "PROJECT": "#fdd0a2",
    "LOC": "#c7e9c0",
    "DATE": "#dadaeb",
    "DOC": "#d9d9d9",
    "GROUP": "#fcbba1",
    "ITEM": "#e7cb94",
    "INDICATOR": "#bcbddc",
    "MONEY": "#f7c744",
    "RATE": "#7fd1ae",
    "COUNT": "#f4a6a6",
    "QUANTITY": "#8fbbe8",
}
