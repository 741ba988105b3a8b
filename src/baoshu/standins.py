"""What a stand-in stands for: 我市, 我院, 全县, 该项目 → the named body.

A report names its own body in the title and then says 我局; it names a project once and
then says 该项目. Only what the document names itself is given; nothing is guessed.
"""

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Span

from baoshu.chars import simplify

_OWN = re.compile(
    r"[我本全](?P<kind>省|市|县|区|旗|州|盟|镇|乡|街道|村|局|委|院|中心|校|站|馆|厅|会|行|所|办|队|单位)"
    r"|(?P<bare>医院|中心|集团|学校|街道)"
)
_WITHIN = re.compile(r"(?P<kind>省|市|县|区|旗|州|盟|镇|乡)(?:内|域|域内|境内)")
_THAT = re.compile(
    r"[该此本这](?:个|一)?(?P<kind>省|市|县|区|旗|州|镇|乡|街道|村|局|委|院|医院|中心|校|站|馆|公司|"
    r"项目|工程|行动|活动|试点|计划)"
)
# 州, 镇 and 乡 may stand inside a name: 广州市, 景德镇市.
_AREA = re.compile(
    r".{1,12}?(?:自治区|自治州|自治县|省|市|县|区|旗|盟|街道|村|(?:州|镇|乡)(?![市县区]))"
)
_NO_DISTRICT = re.compile(
    r".*(?:开发|园|片|社|景|城|郊|校|院|辖|地|小|库|灾|山|牧|林|矿|厂|病|湖|流域)区"
)
_AREAS = set("省市县区旗州盟镇乡村") | {"街道"}
_FULL_KINDS = {  # where a full name may end in another word
    "委": ("委", "委员会"),
    "办": ("办", "办公室"),
    "校": ("校", "学院", "大学", "中学", "小学"),
    "单位": ("",),
}


def stand_ins(doc: Doc) -> dict[tuple[int, int], Span]:
    """Return, by character offsets, the named mention that each stand-in means."""
    found: dict[tuple[int, int], Span] = {}
    mentions = [ent for ent in doc.ents if ent.label_ in ("ORG", "LOC", "PROJECT")]
    for i, mention in enumerate(mentions):
        head = _antecedent(mention, mentions[:i], mentions)
        if head is not None:
            found[mention.start_char, mention.end_char] = head
    return found


def _antecedent(
    mention: Span, before: Sequence[Span], every: Sequence[Span]
) -> Span | None:
    text = _text(mention)
    that = _THAT.fullmatch(text)
    if that:
        kind = that["kind"]
        alike = [m for m in before if m.label_ == mention.label_ and _of_kind(m, kind)]
        if alike:
            return _fullest(alike[-1], every)
    own = _OWN.fullmatch(text) or _WITHIN.fullmatch(text)
    if not own:
        return None
    kind = own["kind"] or own["bare"]
    if kind in _AREAS:
        return next(_areas(every, kind), None)
    # The report's own body is the first that it names in full.
    alike = [m for m in every if m.label_ == "ORG" and _of_kind(m, kind)]
    return next((m for m in alike if _begins_with_area(m)), next(iter(alike), None))


def _text(mention: Span) -> str:
    return simplify(mention.text)


def _areas(every: Sequence[Span], kind: str) -> Iterator[Span]:
    """Yield what is named as an area of a kind, the 汀渚县 of 汀渚县卫生健康局 too."""
    for mention in every:
        if _is_stand_in(mention):
            continue
        if mention.label_ == "LOC" and _of_kind(mention, kind):
            yield mention
            continue
        low = 0
        while found := _AREA.match(_text(mention), low):
            inside = mention.doc.char_span(
                mention.start_char + low, mention.start_char + found.end()
            )
            if inside is not None and _is_area(found.group(), kind):
                yield inside
            low = found.end()


def _is_area(text: str, kind: str) -> bool:
    return (
        text.endswith(kind)
        and len(text) > len(kind) + 1
        and not _NO_DISTRICT.fullmatch(text)
    )


def _begins_with_area(mention: Span) -> bool:
    """Whether a body is named with its place: 汀渚县卫健局, not 县卫健局."""
    found = _AREA.match(_text(mention))
    return found is not None and len(found.group()) > 2


def _fullest(mention: Span, every: Sequence[Span]) -> Span:
    """Return the same name where it is written with its place, if it is."""
    return next(
        (
            m
            for m in every
            if m.label_ == mention.label_ and _text(m).endswith(_text(mention))
        ),
        mention,
    )


def _is_stand_in(mention: Span) -> bool:
    text = _text(mention)
    return any(pattern.fullmatch(text) for pattern in (_OWN, _THAT, _WITHIN))


def _of_kind(mention: Span, kind: str) -> bool:
    """Whether a mention is a full name that ends in the word for its kind."""
    if _is_stand_in(mention):
        return False
    text = _text(mention)
    if mention.label_ == "PROJECT":
        return kind in ("项目", "工程") or text.rstrip("”").endswith(kind)
    if mention.label_ == "LOC":
        return _is_area(text, kind) and bool(_AREA.fullmatch(text))
    return text.endswith(_FULL_KINDS.get(kind, (kind,))) and len(text) > 4
