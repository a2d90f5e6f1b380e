"""The id of a profile whose first one was erased: a tombstone keeps its own, what is registered anew gets another."""

from collections.abc import Sequence
from dataclasses import replace

from services.catalog.profiles import repository, rules
from services.catalog.profiles.errors import OtherProfile
from services.catalog.profiles.repository import Head
from services.catalog.profiles.rules import PreparedProfile
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import ReadSession, WriteSession


def lock_current(
    session: WriteSession, batch: Sequence[PreparedProfile]
) -> tuple[list[PreparedProfile], dict[str, Head]]:
    """The profiles under the ids that they have now, and the stored heads, locked; none of them is a tombstone."""
    current, erased = list(batch), 0
    heads = repository.lock(session, [prepared.id for prepared in current])
    while buried := {key for key, head in heads.items() if head.status is ProfileStatus.ERASED}:
        erased += 1
        current = [_renamed(prepared, erased) if prepared.id in buried else prepared for prepared in current]
        kept = {key: head for key, head in heads.items() if key not in buried}
        heads = kept | repository.lock(session, {prepared.id for prepared in current} - kept.keys())
    return current, heads


def named_again(session: ReadSession, prepared: PreparedProfile, profile_id: str) -> PreparedProfile:
    """The profile under the id of its row, which has its name; raises OtherProfile where the row has another."""
    found = repository.find(session, profile_id)
    name = (prepared.profile.source, prepared.profile.external_id)
    if found is None or (found.row.source, found.row.external_id) != name:
        raise OtherProfile(prepared.id)
    return replace(prepared, id=profile_id)


def _renamed(prepared: PreparedProfile, erased: int) -> PreparedProfile:
    return replace(prepared, id=rules.profile_id(prepared.profile.source, prepared.profile.external_id, erased))
