"""Erasures on the wire: what is to be forgotten, and the receipt, which holds no personal data itself."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.base import Identifier, WireModel

MAX_PROFILES = 1_000
ReaderName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{8,64}$")]
"""Made up by the machine that bears it, from random digits: it names nobody."""
Store = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]
"""What held something: a table, `snapshots`, `vectors`."""
Counts = Annotated[dict[Store, Annotated[int, Field(ge=0)]], Field(max_length=100)]


class ErasureReason(StrEnum):
    """Why something is to be forgotten; a code and no text, since the receipt is kept."""

    REQUESTED = "requested"
    """The person or organisation asks for it (GDPR Art. 17(1)(b, c), PIPL Art. 47)."""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NO_LONGER_NEEDED = "no_longer_needed"
    CONTRACT_ENDED = "contract_ended"
    UNLAWFUL = "unlawful"
    """It should not have been kept."""
    REAPPLIED = "reapplied"
    """Done before, and undone by a backup that was restored."""
    OTHER = "other"


class ErasureScope(StrEnum):
    """What was named."""

    PROFILES = "profiles"
    ORGANIZATION = "organization"


class ErasureRequest(WireModel):
    """Either some profiles, or an organisation with everything of its own."""

    profile_ids: Annotated[tuple[Identifier, ...], Field(max_length=MAX_PROFILES)] = ()
    organization_id: Identifier | None = None
    """Its profiles, keys, delegations and the names of its people."""
    reason: ErasureReason = ErasureReason.REQUESTED

    @model_validator(mode="after")
    def _one_scope(self) -> "ErasureRequest":
        if bool(self.profile_ids) == (self.organization_id is not None):
            raise ValueError("name either profile_ids or organization_id")
        return self


class ReaderErasure(WireModel):
    """What one matcher process with a data directory of its own has done about it."""

    reader_id: ReaderName
    matcher_id: ReaderName
    """The database that it shares with other processes."""
    confirmed_at: datetime | None
    """When nothing was left in its memory, its files and its database; None while that is awaited."""
    seen_at: datetime | None = None
    """When it was last heard of, where it has not confirmed."""
    is_absent: bool = False
    """Not heard of for so long that it is waited for no more. It forgets when it starts again, before it answers."""
    removed: Counts
    """Records removed or rewritten, by store; what another process of the same database had removed is not counted."""


class ErasureReceipt(WireModel):
    """What was forgotten where and when. It holds ids and numbers, and may be kept."""

    id: Identifier
    scope: ErasureScope
    reason: ErasureReason
    by_owner: bool
    """Asked for by the organisation itself, and not by an administrator."""
    profile_ids: tuple[Identifier, ...]
    erased_at: datetime
    """When the catalog's transaction was made: from here on nobody can read it there."""
    removed: Counts
    """Records of the catalog removed or rewritten, by table."""
    cleaned_at: datetime | None
    """When the catalog's database had given up the space that it stood in; None while that is awaited."""
    expected_matchers: int
    """Matchers, counted by their databases, that must have confirmed."""
    readers: tuple[ReaderErasure, ...]
    is_complete: bool
    """Everything is confirmed."""
    completed_at: datetime | None
    sha256: str
    """Of this receipt as canonical JSON (sorted keys, no spaces, UTF-8) without this field."""


class ErasurePage(WireModel):
    """Receipts in the order of their ids."""

    items: tuple[ErasureReceipt, ...]
    next_cursor: str | None


class ErasureConfirmation(WireModel):
    """A matcher process says that nothing is left with it of these profiles."""

    reader_id: ReaderName
    matcher_id: ReaderName
    profile_ids: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MAX_PROFILES)]
    removed: Counts = Field(default_factory=dict)


class FeedReader(WireModel):
    """A matcher process that holds what it read from the feed."""

    matcher_id: ReaderName
    is_leaving: bool = False
    """It ends and its data directory with it: nothing is left to be confirmed."""
