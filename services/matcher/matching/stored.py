"""Profiles of a snapshot by their id, and what is said where there is none."""

from services.matcher.matching.calibrating import segment_subject
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.problems import FieldProblem
from shared.kit.errors import NotFound


class SubjectNotFound(NotFound):
    """No active profile has this id, or the matcher has not read it from the feed yet."""

    code = "subject_not_found"


class TargetNotFound(NotFound):
    """No active profile has the target's id, or the matcher has not read it from the feed yet."""

    code = "target_not_found"


def stored_target(target_id: str, snapshot: Snapshot) -> Entry:
    """A profile of the snapshot that is asked about. Raises TargetNotFound."""
    found = snapshot.find(target_id)
    if found is None:
        raise target_not_found(target_id)
    return found[0].entries[found[1]]


def target_not_found(target_id: str) -> TargetNotFound:
    """No profile that the caller may know of has this id."""
    return TargetNotFound(
        f"target: no active profile {target_id!r}. Check the id, or wait until the matcher has read it.",
        errors=(FieldProblem(field="query.target", message="unknown", fix="Use the id the catalog answered with."),),
    )


def subject_not_found(profile_id: str, field: str = "subject_id") -> SubjectNotFound:
    """No profile that the caller may know of has this id; `field` is where it was named."""
    return SubjectNotFound(
        f"{field}: no active profile {profile_id!r}. Check the id, or register the profile with the catalog "
        "and wait until the matcher has read it.",
        errors=(FieldProblem(field=field, message="unknown", fix="Use the id the catalog answered with."),),
    )


def stored_subject(profile_id: str, snapshot: Snapshot) -> Subject:
    """A profile of the snapshot as a subject; nothing is embedded. Raises SubjectNotFound."""
    found = snapshot.find(profile_id)
    if found is None:
        raise subject_not_found(profile_id)
    return segment_subject(*found)
