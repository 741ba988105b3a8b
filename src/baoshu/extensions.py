"""What a Doc carries beside its entities: plain values only, so that it serialises.

Offsets are characters into ``doc.text``. Tuples all through, as a DocBin gives them
back. Importing this module registers them.
"""

from typing import Any

from spacy.tokens import Doc

EXTENSIONS: dict[str, Any] = {
    # name of the annotated file a gold Doc was read from
    "source": "",
    # title and headings over a text that was cut out of a report, a line each
    "above": "",
    # certainty of each of doc.ents, in their order
    "ent_scores": (),
    # (figure start, figure end, head start, head end, link label, score)
    "links": (),
    # (figure start, figure end, planned, change, confidence), in text order
    "marks": (),
    # (start, end, value, upper, unit, approximate, bound, change), Decimals as strings
    "quantities": (),
}

for _name, _default in EXTENSIONS.items():
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)
