"""Which erasure made a tombstone of a profile: the feed tells it, so that readers forget and confirm."""

from collections.abc import Iterable

from sqlalchemy import select

from services.catalog.privacy_tables import ErasedProfileRow
from shared.kit.database import ReadSession


def erasures_of(session: ReadSession, profile_ids: Iterable[str]) -> dict[str, str]:
    """Erasure by profile, for a page of the feed; asks nothing where no profile is named."""
    ids = sorted(set(profile_ids))
    if not ids:
        return {}
    query = select(ErasedProfileRow.profile_id, ErasedProfileRow.erasure_id)
    return dict(session.execute(query.where(ErasedProfileRow.profile_id.in_(ids))).all())
