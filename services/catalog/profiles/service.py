"""Registering, revising and withdrawing profiles: each in its caller's transaction, the outbox row written last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.catalog.changes import outbox
from services.catalog.profiles import repository, rules
from services.catalog.profiles.errors import ProfileExists, ProfileNotFound, check_is_there
from services.catalog.profiles.naming import lock_current, named_again
from services.catalog.profiles.ownership import check_may_change, is_visible, settled
from services.catalog.profiles.repository import Head, ProfileSearch, StoredRow
from services.catalog.profiles.rules import PreparedProfile
from shared.contracts.imports import RowOutcome
from shared.contracts.profiles import Profile, StoredProfile, profile_adapter
from shared.contracts.vocabularies import ProfileStatus, Visibility
from shared.kit.database import ReadSession, WriteSession
from shared.kit.etags import require_match
from shared.kit.identity import Principal
from shared.kit.identity.principal import LOCAL

ROWS_A_ROUND_TRIP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """What an upsert did with one profile."""

    profile_id: str
    outcome: RowOutcome
    revision: int


def register(session: WriteSession, profile: Profile, principal: Principal = LOCAL, *, now: datetime) -> StoredProfile:
    """A new profile, or a withdrawn one brought back; raises ProfileExists and what `settled` raises."""
    [prepared], heads = _lock_or_insert(session, [rules.prepare(profile)], principal, now=now)
    head = heads.get(prepared.id)
    if head is not None and head.status is ProfileStatus.ACTIVE:
        raise ProfileExists(prepared.id)
    [written] = _write(session, [prepared], heads, now=now)
    return _as_written(prepared, head, written, now=now)


def revise(
    session: WriteSession,
    profile_id: str,
    profile: Profile,
    principal: Principal = LOCAL,
    *,
    if_match: str | None,
    now: datetime,
) -> StoredProfile:
    """A new revision, unless nothing changed; raises ProfileNotFound, Forbidden, ProfileWithdrawn, OtherProfile,
    OwnerIsNotYours and those of `require_match`.
    """
    prepared = rules.prepare(profile)
    head = _lock_active(session, profile_id, principal)
    require_match(if_match, head.revision)
    if prepared.id != profile_id:
        prepared = named_again(session, prepared, profile_id)
    prepared = settled(prepared, head, principal)
    [written] = _write(session, [prepared], {profile_id: head}, now=now)
    return _as_written(prepared, head, written, now=now)


def withdraw(
    session: WriteSession, profile_id: str, principal: Principal = LOCAL, *, if_match: str | None, now: datetime
) -> None:
    """Take a profile out of every answer; it stays on record. Raises as `revise` does."""
    head = _lock_active(session, profile_id, principal)
    require_match(if_match, head.revision)
    revision = head.revision + 1
    document = repository.withdraw(session, profile_id, revision=revision, now=now)
    change = outbox.Change(profile_id=profile_id, revision=revision, status=ProfileStatus.WITHDRAWN, document=document)
    outbox.record(session, [change], now=now)


def upsert(session: WriteSession, profile: Profile, principal: Principal = LOCAL, *, now: datetime) -> Upserted:
    """Register or revise, whichever is due; a withdrawn profile comes back. Raises what `settled` raises."""
    return upsert_many(session, [profile], principal, now=now)[0]


def upsert_many(
    session: WriteSession, profiles: Iterable[Profile], principal: Principal = LOCAL, *, now: datetime
) -> list[Upserted]:
    """`upsert` for each profile in order, in few round trips; the same profile may come twice, the later one wins."""
    done: list[Upserted] = []
    batch: dict[str, PreparedProfile] = {}
    for profile in profiles:
        prepared = rules.prepare(profile)
        if prepared.id in batch or len(batch) == ROWS_A_ROUND_TRIP:
            done += _upsert_batch(session, list(batch.values()), principal, now=now)
            batch.clear()
        batch[prepared.id] = prepared
    return done + _upsert_batch(session, list(batch.values()), principal, now=now)


def foreign_ids(session: WriteSession, profiles: Iterable[Profile], principal: Principal) -> set[str]:
    """Ids, as `rules.profile_id` makes them, of those that another organisation owns; their rows are locked."""
    named = {rules.profile_id(profile.source, profile.external_id): profile for profile in profiles}
    heads = repository.lock(session, named)
    buried = [rules.prepare(named[key]) for key, head in heads.items() if head.status is ProfileStatus.ERASED]
    now_named, now_held = lock_current(session, buried) if buried else ([], {})
    first_ids = {now.id: first.id for first, now in zip(buried, now_named, strict=True)}
    heads = {key: head for key, head in heads.items() if head.status is not ProfileStatus.ERASED}
    heads |= {first_ids[key]: head for key, head in now_held.items()}
    return {key for key, head in heads.items() if not principal.acts_for(head.owner)}


def read(session: ReadSession, profile_id: str, principal: Principal) -> StoredProfile:
    """A profile as the caller may see it; raises ProfileNotFound and ProfileWithdrawn."""
    found = repository.find(session, profile_id) if rules.is_profile_id(profile_id) else None
    if found is None or not is_visible(principal, Visibility(found.row.visibility), found.row.owner):
        raise ProfileNotFound
    check_is_there(ProfileStatus(found.row.status))
    return seen_profile(found, principal)


def search(
    session: ReadSession, wanted: ProfileSearch, principal: Principal, *, after_id: str, limit: int
) -> list[StoredProfile]:
    """The next profiles of a list, by id, as the caller may see them."""
    found = repository.search(session, wanted, principal, after_id=after_id, limit=limit)
    return [seen_profile(row, principal) for row in found]


def seen_profile(found: StoredRow, principal: Principal) -> StoredProfile:
    """A stored row that the caller may know of, with everything masked that is not for it."""
    return stored_profile(found) if principal.sees_private(found.row.owner) else public_profile(found)


def public_profile(found: StoredRow) -> StoredProfile:
    """A stored row with everything masked that its visibility hides; raises ProfileNotFound for a hidden one."""
    stored = stored_profile(found)
    shown = rules.as_seen_by_the_public(stored.profile)
    if shown is None:
        raise ProfileNotFound
    return stored.model_copy(update={"profile": shown})


def stored_profile(found: StoredRow) -> StoredProfile:
    """A stored row as it is, whatever its visibility; for its owner, never for the public."""
    row = found.row
    return StoredProfile(
        id=row.id,
        revision=row.revision,
        status=ProfileStatus(row.status),
        created_at=row.created_at,
        updated_at=row.updated_at,
        has_contact=found.has_contact,
        profile=profile_adapter.validate_json(row.document),
    )


def _as_written(prepared: PreparedProfile, head: Head | None, written: Upserted, *, now: datetime) -> StoredProfile:
    """What a reader finds once this is committed."""
    is_unchanged = head is not None and written.outcome is RowOutcome.UNCHANGED
    contact = head.contact_document if head is not None and prepared.keeps_contact else prepared.contact_document
    return StoredProfile(
        id=prepared.id,
        revision=written.revision,
        status=ProfileStatus.ACTIVE,
        created_at=now if head is None else head.created_at,
        updated_at=head.updated_at if head is not None and is_unchanged else now,
        has_contact=contact is not None,
        profile=prepared.profile,
    )


def _lock_active(session: WriteSession, profile_id: str, principal: Principal) -> Head:
    head = repository.lock(session, [profile_id]).get(profile_id) if rules.is_profile_id(profile_id) else None
    if head is None:
        raise ProfileNotFound
    check_may_change(principal, head)
    check_is_there(head.status)
    return head


def _lock_or_insert(
    session: WriteSession, batch: Sequence[PreparedProfile], principal: Principal, *, now: datetime
) -> tuple[list[PreparedProfile], dict[str, Head]]:
    """Lock what is stored and insert the rest, each with its owner; every row is ours until the commit then."""
    batch, heads = lock_current(session, batch)
    missing = [settled(prepared, None, principal) for prepared in batch if prepared.id not in heads]
    inserted = repository.insert_new(session, missing, now=now)
    overtaken = [prepared.id for prepared in missing if prepared.id not in inserted]
    if overtaken:
        heads |= repository.lock(session, overtaken)
    return [settled(prepared, heads.get(prepared.id), principal) for prepared in batch], heads


def _upsert_batch(
    session: WriteSession, batch: Sequence[PreparedProfile], principal: Principal, *, now: datetime
) -> list[Upserted]:
    if not batch:
        return []
    owned, heads = _lock_or_insert(session, batch, principal, now=now)
    return _write(session, owned, heads, now=now)


def _write(
    session: WriteSession, batch: Sequence[PreparedProfile], heads: dict[str, Head], *, now: datetime
) -> list[Upserted]:
    """Write what differs from the locked heads; a profile without a head has been inserted already."""
    new = [prepared for prepared in batch if prepared.id not in heads]
    revised = [prepared for prepared in batch if prepared.id in heads and _differs(prepared, heads[prepared.id])]
    revisions = {prepared.id: heads[prepared.id].revision + 1 for prepared in revised}
    repository.revise(session, [(prepared, revisions[prepared.id]) for prepared in revised], now=now)
    repository.replace_terms(session, new, are_new=True)
    repository.replace_terms(session, revised, are_new=False)
    repository.replace_contacts(session, [*new, *revised], now=now)
    changes = [
        outbox.Change(
            profile_id=prepared.id,
            revision=revisions.get(prepared.id, 1),
            status=ProfileStatus.ACTIVE,
            document=prepared.document,
        )
        for prepared in [*new, *revised]
    ]
    outbox.record(session, changes, now=now)
    return [_upserted(prepared, heads.get(prepared.id), revisions.get(prepared.id)) for prepared in batch]


def _upserted(prepared: PreparedProfile, head: Head | None, revision: int | None) -> Upserted:
    if head is None:
        return Upserted(profile_id=prepared.id, outcome=RowOutcome.CREATED, revision=1)
    outcome = RowOutcome.UNCHANGED if revision is None else RowOutcome.REVISED
    return Upserted(profile_id=prepared.id, outcome=outcome, revision=revision or head.revision)


def _differs(prepared: PreparedProfile, head: Head) -> bool:
    if head.status is ProfileStatus.WITHDRAWN or head.content_hash != prepared.content_hash:
        return True
    return not prepared.keeps_contact and prepared.contact_document != head.contact_document
