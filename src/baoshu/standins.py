"""What a stand-in stands for: 我市, 我院, 全县, 该项目 → the named body.

A report names its own body in the title and then says 我局; it names a project once and
then says 该项目. Only what the document names itself is given; nothing is guessed.
"""

import re
from collections.abc import Sequence

from spacy.tokens import Doc, Span

from baoshu.chars import simplified

_OWN = re.compile(
    r"[我本全](?P<kind>省|市|县|区|旗|州|盟|镇|乡|街道|村|局|委|院|中心|校|站|馆|厅|会|行|所|办)"
)
_WITHIN = re.compile(r"(?P<kind>省|市|县|区|旗|州|盟|镇|乡)(?:内|域|域内|境内)")
_THAT = re.compile(
    r"[该此本这](?:个|一)?(?P<kind>省|市|县|区|旗|州|镇|乡|街道|村|局|委|院|医院|中心|校|站|馆|公司|"
    r"项目|工程|行动|活动|试点|计划)"
)
_AREA = re.compile(
    r"[^省市县区旗州盟镇乡]{1,12}?(?:自治区|自治州|自治县|省|市|县|区|旗|州|盟|镇|乡|街道|村)"
)
_FULL_KINDS = {"委": ("委", "委员会")}  # where a full name ends in another word


def stand_ins(doc: Doc) -> dict[tuple[int, int], Span]:
    """Return, by character offsets, the named mention that each stand-in means."""
    found: dict[tuple[int, int], Span] = {}
    mentions = [ent for ent in doc.ents if ent.label_ in ("ORG", "LOC", "PROJECT")]
    for i, mention in enumerate(mentions):
        text = "".join(map(simplified, mention.text))
        head = _antecedent(text, mention, mentions[:i], mentions)
        if head is not None:
            found[mention.start_char, mention.end_char] = head
    return found


def _antecedent(
    text: str, mention: Span, before: Sequence[Span], every: Sequence[Span]
) -> Span | None:
    that = _THAT.fullmatch(text)
    if that:
        alike = [
            m
            for m in before
            if m.label_ == mention.label_ and _of_kind(m, that["kind"])
        ]
        if alike:
            return alike[-1]
    own = _OWN.fullmatch(text) or _WITHIN.fullmatch(text)
    if not own:
        return None
    # The report's own body is the first that it names of that kind.
    alike = [m for m in every if _of_kind(m, own["kind"])]
    same = [m for m in alike if m.label_ == mention.label_]
    if same or alike:
        return (same or alike)[0]
    inside = (_area_inside(m, own["kind"]) for m in every if m.label_ == "ORG")
    return next((area for area in inside if area is not None), None)


def _area_inside(mention: Span, kind: str) -> Span | None:
    """Return the 汀渚县 of 汀渚县卫生健康局."""
    for found in _AREA.finditer("".join(map(simplified, mention.text))):
        if found.group().endswith(kind) and len(found.group()) > len(kind) + 1:
            start = mention.start_char + found.start()
            return mention.doc.char_span(start, start + len(found.group()))
    return None


def _of_kind(mention: Span, kind: str) -> bool:
    """Whether a mention is a full name that ends in the word for its kind."""
    text = "".join(map(simplified, mention.text))
    if _OWN.fullmatch(text) or _THAT.fullmatch(text) or _WITHIN.fullmatch(text):
        return False
    if mention.label_ == "PROJECT":
        return kind in ("项目", "工程") or text.rstrip("”").endswith(kind)
    endings = _FULL_KINDS.get(kind, (kind,))
    if not text.endswith(endings):
        return False
    if mention.label_ == "LOC":
        return bool(_AREA.fullmatch(text)) and len(text) > len(kind) + 1
    return len(text) > 4  # 县卫健局 is not yet a name
