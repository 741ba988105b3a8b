"""What a stand-in stands for: 我市, 我院, 全县, 该项目 → the named body.

A report names its own body in the title and then says 我局; it names a project once and
then says 该项目. Only what the document names itself is given; nothing is guessed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

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
    named = _Named(mentions)
    for i, mention in enumerate(mentions):
        head = _antecedent(mention, i, named)
        if head is not None:
            found[mention.start_char, mention.end_char] = head
    return found


def _antecedent(mention: Span, number: int, named: "_Named") -> Span | None:
    text = _text(mention)
    that = _THAT.fullmatch(text)
    if that:
        alike = named.last_before(number, mention.label_, that["kind"])
        if alike is not None:
            return named.fullest(alike)
    own = _OWN.fullmatch(text) or _WITHIN.fullmatch(text)
    if not own:
        return None
    kind = own["kind"] or own["bare"]
    return named.area(kind) if kind in _AREAS else named.body(kind)


class _Named:
    """The mentions of a document; each question goes through all of them once."""

    def __init__(self, every: Sequence[Span]) -> None:
        self.every = every
        self._areas: dict[str, Span | None] = {}
        self._bodies: dict[str, Span | None] = {}
        self._alike: dict[tuple[str, str], list[int]] = {}
        self._endings: dict[str, dict[str, Span]] = {}

    def area(self, kind: str) -> Span | None:
        """Return the first that is named as an area of a kind."""
        if kind not in self._areas:
            self._areas[kind] = next(_areas(self.every, kind), None)
        return self._areas[kind]

    def body(self, kind: str) -> Span | None:
        """Return the report's own body of a kind: the first that it names in full."""
        if kind not in self._bodies:
            alike = [self.every[i] for i in self._numbers("ORG", kind)]
            in_full = (m for m in alike if _begins_with_area(m))
            self._bodies[kind] = next(in_full, next(iter(alike), None))
        return self._bodies[kind]

    def last_before(self, number: int, label: str, kind: str) -> Span | None:
        """Return the last mention of a label and kind before one of them."""
        alike = self._numbers(label, kind)
        at = bisect_left(alike, number)
        return self.every[alike[at - 1]] if at else None

    def fullest(self, mention: Span) -> Span:
        """Return the same name where it is written with its place, if it is."""
        label = mention.label_
        if label not in self._endings:
            self._endings[label] = _by_ending(
                m for m in self.every if m.label_ == label
            )
        return self._endings[label].get(_text(mention), mention)

    def _numbers(self, label: str, kind: str) -> list[int]:
        if (label, kind) not in self._alike:
            self._alike[label, kind] = [
                i
                for i, mention in enumerate(self.every)
                if mention.label_ == label and _of_kind(mention, kind)
            ]
        return self._alike[label, kind]


def _by_ending(mentions: Iterable[Span]) -> dict[str, Span]:
    """Return the first mention that ends in each ending there is."""
    found: dict[str, Span] = {}
    for mention in mentions:
        text = _text(mention)
        for at in range(len(text)):
            found.setdefault(text[at:], mention)
    return found


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
