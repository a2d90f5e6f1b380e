"""Bounded caches of what texts said: emptied, so that no word of an erased profile stays in the process."""

import functools
import sys
from typing import Any

_OURS = ("services.matcher.", "shared.kit.")


def clear_text_caches() -> None:
    """Empty every `lru_cache` with a bound in the matcher's modules; those without hold vocabularies of the package."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper) and _is_bounded(value):
                    value.cache_clear()


def _is_bounded(cached: "functools._lru_cache_wrapper[Any]") -> bool:  # Any: whatever it remembers
    return cached.cache_info().maxsize is not None
