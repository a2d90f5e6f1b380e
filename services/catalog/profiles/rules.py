"""What is true of profiles whatever stores them: their id, their language, their stored form, what readers may see."""

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

from shared.contracts.parts import Contact
from shared.contracts.profiles import Profile, ProfileCommon
from shared.contracts.vocabularies import CompanyStage, Provenance, Visibility
from shared.kit.anonymity import unnamed
from shared.kit.language import detect_language

PROFILE_ID_NAMESPACE = uuid.UUID("6f9a2c1e-58c4-4d0b-9b7e-3a1d0c5e8f42")
"""Ours, for good: another value would give every profile another id."""
SEARCHED_CHARACTERS = 200_000
_STAGE_FIELDS = ("company_stage", "funding_round", "phase", "stages")
_UNSEARCHED = (
    "kind",
    "source",
    "external_id",
    "language",
    "visibility",
    "validity",
    "provenance",
    "track_record",
    "url",
    "rules",
    "owner",
)
_ORGANISATION_FIELDS = ("organisation", "organisation_unit", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedProfile:
    """A profile in the form in which it is compared and stored."""

    id: str
    profile: Profile
    """With its language, without its contact."""
    document: str
    content_hash: str
    contact_document: str | None
    keeps_contact: bool
    """The contact was not mentioned, so a stored one stays."""


def profile_id(source: str, external_id: str, erased: int = 0) -> str:
    """The same id for the same `(source, external_id)` in every catalog; `erased` says how often it was erased."""
    name = f"{source}\x00{external_id}"  # neither may contain NUL, so no two pairs make one name
    if erased:
        name += f"\x00{erased}"
    return f"prf_{uuid.uuid5(PROFILE_ID_NAMESPACE, name).hex}"


def is_profile_id(text: str) -> bool:
    """Whether a profile could have this id at all."""
    digits = text.removeprefix("prf_")
    return len(text) == 36 and len(digits) == 32 and all(digit in "0123456789abcdef" for digit in digits)


def prepare(profile: Profile) -> PreparedProfile:
    """Detect the language where none is given, set the contact apart, and serialise."""
    shown = _with_language(profile.model_copy(update={"contact": None}))
    document = _as_json(shown)
    return PreparedProfile(
        id=profile_id(profile.source, profile.external_id),
        profile=shown,
        document=document,
        content_hash=hashlib.sha256(document.encode()).hexdigest(),
        contact_document=_contact_document(profile.contact),
        keeps_contact="contact" not in profile.model_fields_set,
    )


def with_owner(prepared: PreparedProfile, owner: str | None) -> PreparedProfile:
    """The same with another owner, in the document and its hash too."""
    if prepared.profile.owner == owner:
        return prepared
    profile = prepared.profile.model_copy(update={"owner": owner})
    document = _as_json(profile)
    content_hash = hashlib.sha256(document.encode()).hexdigest()
    return replace(prepared, profile=profile, document=document, content_hash=content_hash)


def search_text(profile: Profile) -> str:
    """Every text of the profile in lower case; an anonymous one cannot be found by what it hides."""
    excluded = {*_UNSEARCHED, "contact"}
    profile = unnamed(profile)
    if profile.visibility is Visibility.ANONYMOUS:
        excluded.update(_ORGANISATION_FIELDS)
    fields = profile.model_dump(mode="json", exclude_none=True, exclude=excluded)
    return "\n".join(_texts(fields))[:SEARCHED_CHARACTERS].lower()


def stages(profile: Profile) -> set[CompanyStage]:
    """Every stage a profile of any kind names."""
    found: set[CompanyStage] = set()
    for name in _STAGE_FIELDS:
        value = getattr(profile, name, None)
        found.update(value if isinstance(value, tuple) else [value] if value else [])
    return found


def as_seen_by_the_public(profile: Profile) -> Profile | None:
    """The one place that hides: None where the profile is hidden, without its organisation where it is anonymous."""
    if profile.visibility is Visibility.HIDDEN:
        return None
    if profile.visibility is Visibility.ANONYMOUS:
        # Its rules may tell who it is: whom it refuses, where it looks; and so may its own words.
        masked = (*_ORGANISATION_FIELDS, "contact", "owner")
        return unnamed(profile).model_copy(update={**dict.fromkeys(masked), "rules": ()})
    return profile.model_copy(update={"contact": None, "owner": None})


def _with_language(profile: Profile) -> Profile:
    if profile.language is not None:
        return profile
    language = detect_language(f"{profile.title} {profile.summary or ''} {(profile.description or '')[:2_000]}")
    if language is None:
        return profile
    provenance = {**profile.provenance, "language": Provenance.INFERRED}
    return profile.model_copy(update={"language": language, "provenance": provenance})


def _contact_document(contact: Contact | None) -> str | None:
    return None if contact is None else _as_json(contact)


def _as_json(model: ProfileCommon | Contact) -> str:
    fields = model.model_dump(mode="json", exclude_none=True)
    if not fields.get("rules", True):
        del fields["rules"]  # profiles stored before there were rules keep their hash
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _texts(value: Any) -> list[str]:  # Any: JSON, as pydantic dumps it
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []
