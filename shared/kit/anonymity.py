"""Takes what names an anonymous poster out of its own texts: its organisation, addresses, telephone numbers; pure."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.contracts.profiles import ProfileCommon
from shared.contracts.vocabularies import Visibility

AnyProfile = TypeVar("AnyProfile", bound=ProfileCommon)
MASK = "…"
"""One character: a masked text is never longer than it was."""
_KEPT = {
    "source",
    "external_id",
    "owner",
    "organisation",
    "organisation_unit",
    "url",
    "contact",
    "rules",
    "region",
    "provenance",
}
"""Fields that are no prose: hidden as a whole where a reader must not see them."""
_ADDRESSES = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?:https?://|www\.)[^\s，。；、）)]+"
    r"|(?<!\d)(?:\+\d{1,3}[\s-]?)?1[3-9]\d{9}(?!\d)"  # a Chinese mobile
    r"|(?<![\d.])\+\d[\d\s()/-]{6,}\d"
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
)
_LEGAL_FORM = re.compile(
    r"(?:\s*[(（][^()（）]*[)）]|股份有限公司|有限责任公司|有限公司|集团|公司"
    r"|[,\s]+(?:co\.?,?\s*ltd|ltd|limited|inc|llc|corp|corporation|company|gmbh|ag|plc|s\.?a)\.?)\s*$",
    re.IGNORECASE,
)
_SHORTEST_NAME = 2


def unnamed(profile: AnyProfile) -> AnyProfile:
    """The profile with its name masked in its own texts, where it is anonymous or hidden; any other as it is.

    Its organisation's fields stay: who shows the profile leaves them out. A name that is written in another way than
    the organisation's field has it (an abbreviation, a translation) is not found.
    """
    if profile.visibility not in (Visibility.ANONYMOUS, Visibility.HIDDEN):
        return profile
    mask = _masking(profile)
    changed = {
        name: masked for name, value in profile if name not in _KEPT and (masked := _masked(value, mask)) is not value
    }
    return profile.model_copy(update=changed) if changed else profile


def names_of(organisation: str | None) -> list[str]:
    """A name and what is left of it without its legal form, the longest first."""
    names = []
    name = (organisation or "").strip()
    while len(name) >= _SHORTEST_NAME and name not in names:
        names.append(name)
        name = _LEGAL_FORM.sub("", name).strip(" ,，")
    return names


def _masking(profile: ProfileCommon) -> Callable[[str], str]:
    names = [name for field in (profile.organisation, profile.organisation_unit) for name in names_of(field)]
    if profile.url:
        names += [profile.url, re.sub(r"^https?://", "", profile.url)]
    patterns = [_as_written(name) for name in sorted(names, key=len, reverse=True)]
    whole = re.compile("|".join([*patterns, f"(?:{_ADDRESSES.pattern})"]), re.IGNORECASE)

    def mask(text: str) -> str:
        return whole.sub(MASK, text)

    return mask


def _as_written(name: str) -> str:
    """A name as a word of its own, however its words are spaced; Chinese has no words' ends to look for."""
    spaced = r"\s+".join(re.escape(word) for word in name.split())
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() else ""
    return f"{before}{spaced}{after}"


def _masked(value: Any, mask: Callable[[str], str]) -> Any:  # Any: whatever a profile's fields hold
    """The same object where nothing was masked."""
    if type(value) is str:  # a vocabulary's words are texts, too, and name nobody
        masked = mask(value)
        return value if masked == value else masked
    if isinstance(value, BaseModel):
        changed = {name: new for name, old in value if (new := _masked(old, mask)) is not old}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, tuple):
        items = tuple(_masked(item, mask) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        pairs = [(_masked(key, mask), _masked(item, mask), key, item) for key, item in value.items()]
        is_same = all(new_key is key and new is item for new_key, new, key, item in pairs)
        return value if is_same else {new_key: new for new_key, new, _, _ in pairs}
    return value
