"""Who may be proposed at all: kinds, filters, and the rules of both sides, before anything is scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.domain.eligibility import count_rules, eligible_rows, filter_mask
from services.matcher.domain.profile_rules import SourcedRule, request_rules
from services.matcher.domain.truth import Counts
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Segment
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.profiles import Kind
from shared.contracts.rules import Condition, OpenOn, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may be proposed."""

    target_kinds: Sequence[Kind]
    filters: Sequence[Condition] = ()
    """Strict: only what is known to hold passes."""
    rules: Sequence[Rule] = ()
    """Added to the subject's own."""
    as_of: date | None = None
    """The day that deadlines and validity are judged on; None where they are not."""
    sees_members: bool = True
    """Whether whoever asks may know of profiles that are shown to members only; what it may not is never counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """One segment's rows, and how the rules of both sides fell out; every array is (size,)."""

    segment: Segment
    reachable: Mask = field(repr=False)
    """Live rows of the kinds that pass the filters, but the subject's own and those it was introduced to."""
    failed: Counts = field(repr=False)
    """Rules of either side that fail."""
    unknown_of_subject: Counts = field(repr=False)
    """Rules of the subject and the request that the row leaves open."""
    unknown_of_targets: Counts = field(repr=False)
    """Rules of the row that the subject leaves open."""

    @property
    def mask(self) -> Mask:
        """Rows that no rule refuses."""
        mask: Mask = self.reachable & (self.failed == 0)
        return mask


def judge_eligibility(subject: Subject, scope: Scope, snapshot: Snapshot) -> list[Eligible]:
    """Both segments of a snapshot, judged for one subject."""
    rules = subject_rules(subject, scope)
    return [_judge(segment, live, subject, scope, rules) for segment, live in snapshot.segments()]


def subject_rules(subject: Subject, scope: Scope) -> tuple[SourcedRule, ...]:
    """The subject's own rules, then those of the request."""
    return (*subject.entry.attributes.rules, *request_rules(scope.rules))


def _judge(segment: Segment, live: Mask, subject: Subject, scope: Scope, rules: Sequence[SourcedRule]) -> Eligible:
    reachable = live & segment.targets & eligible_rows(segment.attributes, scope.target_kinds, scope.filters)
    if scope.as_of is not None:
        reachable &= filter_mask(segment.attributes, OpenOn(day=scope.as_of))
    if not scope.sees_members:
        reachable &= ~segment.members
    own_row = segment.row_by_id.get(subject.profile_id or "")
    if own_row is not None:
        reachable[own_row] = False
    for profile_id in subject.introduced:
        row = segment.row_by_id.get(profile_id)
        if row is not None:
            reachable[row] = False
    of_subject = count_rules(segment.attributes, rules)
    of_targets = segment.rules.judge(subject.entry.attributes)
    return Eligible(
        segment=segment,
        reachable=reachable,
        failed=of_subject.failed + of_targets.failed,
        unknown_of_subject=of_subject.unknown,
        unknown_of_targets=of_targets.unknown,
    )


def count_eligible(eligible: Sequence[Eligible]) -> int:
    """Over all segments."""
    return sum(int(np.count_nonzero(one.mask)) for one in eligible)
