"""baoshu (报数): figures of Chinese public-sector reports, and what they measure.

nlp = baoshu.load()
doc = nlp("2023年，全县重点人群签约率68.3%。")
for figure in doc._.figures:
    print(figure.value, figure.unit, figure.indicators)
"""

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baoshu.errors import BaoshuError
    from baoshu.fact_table import Fact, facts, to_frame
    from baoshu.figures import Figure
    from baoshu.loading import load
    from baoshu.normalize import Quantity, parse_figure
    from baoshu.units import convert_unit
    from baoshu.verification import Finding, verify

__version__ = metadata.version("baoshu")
__all__ = [
    "BaoshuError",
    "Fact",
    "Figure",
    "Finding",
    "Quantity",
    "__version__",
    "convert_unit",
    "facts",
    "load",
    "parse_figure",
    "to_frame",
    "verify",
]

_HOMES = {
    "BaoshuError": "errors",
    "Fact": "fact_table",
    "facts": "fact_table",
    "to_frame": "fact_table",
    "Figure": "figures",
    "load": "loading",
    "Quantity": "normalize",
    "parse_figure": "normalize",
    "convert_unit": "units",
    "Finding": "verification",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `import baoshu` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'baoshu' has no attribute {name!r}")
    value = getattr(import_module(f"baoshu.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
