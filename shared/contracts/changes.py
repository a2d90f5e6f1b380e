"""The change feed on the wire: whole profiles with their revision, at least once, ordered per profile."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Identifier, WireModel
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import ProfileStatus


class ProfileChange(WireModel):
    """One committed change; apply it if `revision` is above the one held, skip it otherwise."""

    feed_seq: Annotated[int, Field(ge=1)]
    profile_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    status: ProfileStatus
    changed_at: datetime
    profile: Profile
    """Whole, without its contact."""


class ChangePage(WireModel):
    """Changes after the asked position; ask again with `next_after`."""

    items: tuple[ProfileChange, ...]
    next_after: Annotated[int, Field(ge=0)]
    latest_seq: Annotated[int, Field(ge=0)]
    """The newest position in the feed when this page was read: the distance to it is the reader's lag."""
