"""Which profiles and runs a caller may ask about; what it may not know of answers as if it were not there."""

from pydantic_core import from_json

from services.matcher.matching.stored import stored_target, subject_not_found, target_not_found
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.runs.answered import RecordedRun
from shared.contracts.vocabularies import Visibility
from shared.kit.errors import Forbidden
from shared.kit.identity import Principal, Role

_READERS_OF_RUNS = frozenset({Role.AUDITOR})


def check_subject(principal: Principal, subject_id: str | None, snapshot: Snapshot, field: str = "subject_id") -> None:
    """Raise SubjectNotFound for a profile that the caller may not know of, Forbidden for another's.

    A text or profile that comes with the request is the caller's own. `field` names the profile.
    """
    if subject_id is None or principal.is_local or principal.is_staff:
        return
    entry = _entry(subject_id, snapshot)
    if entry is None or not may_know_of(principal, entry):
        raise subject_not_found(subject_id, field)
    if not principal.acts_for(entry.owner()):
        raise Forbidden(f"{field}: this profile belongs to another organisation; ask for one of your own.")


def check_simulated(principal: Principal, subject_id: str, snapshot: Snapshot) -> None:
    """Raise SubjectNotFound for a profile that the caller may not know of; operators try a policy on anyone's."""
    entry = _entry(subject_id, snapshot)
    if entry is None or not (principal.is_local or may_know_of(principal, entry)):
        raise subject_not_found(subject_id)


def check_target(principal: Principal, target_id: str, snapshot: Snapshot) -> None:
    """Raise TargetNotFound for a profile that the caller may not know of."""
    if not principal.is_local and not may_know_of(principal, stored_target(target_id, snapshot)):
        raise target_not_found(target_id)


def may_know_of(principal: Principal, entry: Entry) -> bool:
    """As the catalog decides it for its own answers."""
    if entry.visibility is Visibility.HIDDEN:
        return principal.sees_private(entry.owner())
    return entry.visibility is not Visibility.MEMBERS or principal.is_member or principal.sees_private(entry.owner())


def may_read_run(principal: Principal, run: RecordedRun, snapshot: Snapshot) -> bool:
    """A party reads what was answered to its own profiles; runs of passing texts only staff and auditors."""
    subject_id = from_json(run.request).get("subject_id")
    return may_read_told(principal, subject_id, snapshot)


def may_read_told(principal: Principal, reader_id: str | None, snapshot: Snapshot) -> bool:
    """A party reads what its own profiles were told; staff and auditors read everything."""
    if principal.is_local or principal.is_staff or not principal.roles.isdisjoint(_READERS_OF_RUNS):
        return True
    entry = None if reader_id is None else _entry(reader_id, snapshot)
    return entry is not None and principal.owns(entry.owner())


def _entry(profile_id: str, snapshot: Snapshot) -> Entry | None:
    found = snapshot.find(profile_id)
    return None if found is None else found[0].entries[found[1]]
