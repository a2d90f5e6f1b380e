"""The one place that hands out a contact: under the introduction's lock, with both sides' consent read there."""

from datetime import datetime

from services.catalog.introduction_tables import IntroductionRow
from services.catalog.introductions import repository, states
from services.catalog.introductions.errors import (
    ConsentMissing,
    ContactMissing,
    FaultyIntroduction,
    IntroductionNotFound,
)
from services.catalog.introductions.ledger import Deed, standing_of, write
from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.introductions.speaking import Caller, Voice, voice_of
from services.catalog.introductions.views import stored_profile
from shared.contracts.introductions import Actor, ContactRequest, Purpose, ReleasedContact
from shared.contracts.parts import Contact
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import WriteSession


def release_contact(
    session: WriteSession,
    caller: Caller,
    introduction_id: str,
    asked: ContactRequest,
    limits: IntroductionLimits,
    *,
    now: datetime,
) -> ReleasedContact:
    """The other side's contact, and its name where it was anonymous; what was released is recorded with it.

    A withdrawal holds the same lock: it is either committed before the consents are read here, and nothing is
    released, or it waits until this release is on record. Raises IntroductionNotFound, FaultyIntroduction,
    ConsentMissing, ContactMissing.
    """
    row = repository.lock(session, introduction_id)
    if row is None:
        raise IntroductionNotFound
    # A profile that is being withdrawn or given another contact holds its row.
    profiles = repository.lock_profiles(session, (row.subject_id, row.target_id))
    owners = {
        Actor.SUBJECT: (row.subject_id, profiles[row.subject_id].owner),
        Actor.TARGET: (row.target_id, profiles[row.target_id].owner),
    }
    voice = voice_of(session, caller, owners, now=now)
    reader = _reader(row, asked, voice)
    standing = standing_of(row, repository.consents(session, [row.id])[row.id])
    are_active = all(profile.status == ProfileStatus.ACTIVE.value for profile in profiles.values())
    if not standing.is_releasable or not are_active:
        raise ConsentMissing(standing.state)
    shown = profiles[row.target_id if reader is Actor.SUBJECT else row.subject_id]
    document = repository.contact_document(session, shown.id)
    if document is None:
        raise ContactMissing
    contact, profile = Contact.model_validate_json(document), stored_profile(shown)
    deed = Deed(
        action="release",
        actor=reader,
        caller=caller,
        delegation_id=voice.delegations.get(reader),
        released_profile_id=shown.id,
        released_fields=tuple(contact.model_dump(exclude_none=True)),
    )
    write(session, row, standing, states.released(standing), deed, limits, now=now)
    return ReleasedContact(
        introduction_id=row.id,
        purpose=Purpose(row.purpose),
        profile_id=shown.id,
        title=profile.title,
        organisation=profile.organisation,
        organisation_unit=profile.organisation_unit,
        url=profile.url,
        contact=contact,
        released_at=now,
    )


def _reader(row: IntroductionRow, asked: ContactRequest, voice: Voice) -> Actor:
    """For which side the contact is asked; to be the operator is not enough."""
    sides = [side for side in (Actor.SUBJECT, Actor.TARGET) if side in voice.actors]
    if not sides or (sides == [Actor.TARGET] and not row.is_told):
        raise IntroductionNotFound
    if asked.side is not None and asked.side not in sides:
        fix = "Leave it out, or name the side that you speak for."
        raise FaultyIntroduction("side", "is not a side that you speak for", fix)
    if asked.side is None and len(sides) > 1:
        raise FaultyIntroduction("side", "is missing: you speak for both", "Send subject or target.")
    return asked.side or sides[0]
