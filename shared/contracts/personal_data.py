"""Exports of personal data on the wire: everything kept of an organisation or a profile, service by service."""

from datetime import datetime
from typing import Any

from shared.contracts.api_keys import ApiKey
from shared.contracts.base import Identifier, WireModel
from shared.contracts.delegations import Delegation
from shared.contracts.feedback import StoredFeedback
from shared.contracts.introductions import Introduction, IntroductionEvent
from shared.contracts.parts import Contact
from shared.contracts.profiles import Profile, StoredProfile
from shared.contracts.vocabularies import ProfileStatus
from shared.contracts.webhooks import Webhook


class KeptProfile(WireModel):
    """A profile with its private contact."""

    stored: StoredProfile
    contact: Contact | None


class KeptRevision(WireModel):
    """An earlier or current revision as the feed tells it."""

    profile_id: Identifier
    revision: int
    status: ProfileStatus
    changed_at: datetime
    profile: Profile


class KeptConsent(WireModel):
    """One's own yes to one counterpart."""

    profile_id: Identifier
    counterpart_id: Identifier
    given_by: Identifier
    given_at: datetime
    withdrawn_by: Identifier | None
    withdrawn_at: datetime | None


class KeptIntroduction(WireModel):
    """An introduction as one may see it, one's own consent, and the trail without the other side's people."""

    introduction: Introduction
    consents: tuple[KeptConsent, ...]
    events: tuple[IntroductionEvent, ...]


class KeptAnswer(WireModel):
    """An answer that is kept for a while, for a request that is sent again under its idempotency key."""

    caller: Identifier
    key: str
    expires_at: datetime
    answer: Any
    """JSON, as it was given."""


class CatalogPersonalData(WireModel):
    """What the catalog keeps."""

    organization_id: Identifier | None
    profile_ids: tuple[Identifier, ...]
    exported_at: datetime
    profiles: tuple[KeptProfile, ...]
    revisions: tuple[KeptRevision, ...]
    feedback: tuple[StoredFeedback, ...]
    introductions: tuple[KeptIntroduction, ...]
    delegations: tuple[Delegation, ...]
    api_keys: tuple[ApiKey, ...]
    """Without their secrets, which nobody has."""
    webhooks: tuple[Webhook, ...]
    kept_answers: tuple[KeptAnswer, ...]


class KeptRun(WireModel):
    """A recorded answer that one's profile asked for or stood in."""

    run_id: Identifier
    is_subject: bool
    """It was asked for this profile; otherwise the profile was proposed to somebody else, whose answer it is."""
    profile_ids: tuple[Identifier, ...]
    """One's own among those it names."""
    first_answered_at: datetime
    last_answered_at: datetime
    answered: int
    request: Any = None
    """JSON; of one's own runs."""
    answer: Any = None
    """JSON; of one's own runs."""


class KeptRecord(WireModel):
    """A row of a table, by column."""

    table: str
    columns: dict[str, Any]


class MatcherPersonalData(WireModel):
    """What the matcher has derived."""

    organization_id: Identifier | None
    profile_ids: tuple[Identifier, ...]
    exported_at: datetime
    records: tuple[KeptRecord, ...]
    """Documents, exposures, feedback, judgments, allocations and whatever else names one's profiles."""
    runs: tuple[KeptRun, ...]
