"""Names of the companies that an investor financed: from a column, else from the sentence that lists them."""

import re

from services.catalog.imports.record_fields import RecordFields

_LISTED = re.compile(r"\bPortfolio: (?P<en>[^\n]+)|(?:投资项目|投资案例|已投项目)[：:](?P<zh>[^。\n]+)")
_SEPARATORS = {"en": re.compile(r"[,;]\s+"), "zh": re.compile(r"[、；;，]")}
MOST_NAMED = 500
LONGEST_NAME = 80
"""What is longer is no name, but the text going on."""


def portfolio_of(fields: RecordFields) -> list[str]:
    """Each name once, in their order."""
    stated = fields.texts("portfolio")
    names = stated or _listed_in(fields.text("description", "text") or "")
    kept = (name.strip() for name in names)
    return list(dict.fromkeys(name for name in kept if 0 < len(name) <= LONGEST_NAME))[:MOST_NAMED]


def _listed_in(text: str) -> list[str]:
    found = _LISTED.search(text)
    if found is None or found.lastgroup is None:
        return []
    return _SEPARATORS[found.lastgroup].split(found[found.lastgroup].strip().removesuffix("."))
