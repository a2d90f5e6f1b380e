"""Matchmaking days on the wire: who is there and when, who must or must not meet, and the timetable that came of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Identifier, Line, Share, Tag, WireModel
from shared.contracts.explanations import BilingualText, Reason
from shared.contracts.matches import Provenance
from shared.contracts.vocabularies import Band

MAX_PARTICIPANTS = 300
MAX_SLOTS = 48
_Meetings = Annotated[int, Field(ge=0, le=MAX_SLOTS)]


class AllocationSide(StrEnum):
    """Which of the two groups."""

    FIRST = "first"
    SECOND = "second"


class AllocationObjective(StrEnum):
    """What is worth most once the minimums are kept as far as they can be."""

    PARTICIPATION = "participation"
    """First as many participants with a meeting as possible, then the highest sum of scores."""
    SCORE = "score"
    """The highest sum of scores."""


class Participant(WireModel):
    """One profile that takes part."""

    profile_id: Identifier
    capacity: _Meetings | None = None
    """Most meetings; its side's where it is not given."""
    minimum: _Meetings | None = None
    """Meetings that it should have; its side's where it is not given."""
    available: Annotated[tuple[Tag, ...], Field(max_length=MAX_SLOTS)] | None = None
    """Slots in which it is there; all of them where it is not given."""


class ParticipantGroup(WireModel):
    """One of the two groups: nobody of a group meets another of it."""

    participants: Annotated[tuple[Participant, ...], Field(min_length=1, max_length=MAX_PARTICIPANTS)]
    capacity: _Meetings | None = None
    """Most meetings of each; as many as there are slots where it is not given."""
    minimum: _Meetings = 0
    """Meetings that each should have."""


class Slot(WireModel):
    """One round of meetings."""

    name: Tag
    """Such as `09:00-09:20`; participants' `available` names it."""
    tables: Annotated[int, Field(ge=0, le=MAX_PARTICIPANTS)] | None = None
    """Most meetings at a time; as many as there are participants where it is not given."""


class PairOfParticipants(WireModel):
    """One participant of either group."""

    first: Identifier
    second: Identifier


class KeptMeeting(PairOfParticipants):
    """A meeting that stays in its slot."""

    slot: Tag
    table: Annotated[int, Field(ge=1, le=MAX_PARTICIPANTS)] | None = None
    """The lowest that is free where it is not given."""


_Pairs = Annotated[tuple[PairOfParticipants, ...], Field(max_length=2_000)]


class AllocationRequest(WireModel):
    """A matchmaking day. Whom a rule of either side refuses, never meets; nor does a pair below the floor."""

    name: Line
    first: ParticipantGroup
    second: ParticipantGroup
    slots: Annotated[tuple[Slot, ...], Field(min_length=1, max_length=MAX_SLOTS)]
    """In their order."""
    objective: AllocationObjective = AllocationObjective.PARTICIPATION
    locks: _Pairs = ()
    """Pairs that must meet, also below the floor."""
    bans: _Pairs = ()
    """Pairs that must not meet."""
    kept: Annotated[tuple[KeptMeeting, ...], Field(max_length=MAX_PARTICIPANTS * MAX_SLOTS)] = ()
    """Meetings that stand; everything else is decided around them."""
    floor: Share | None = None
    """Pairs below this score do not meet; the policy's where it is not given."""
    policy: Identifier | None = None
    """The revision of the ranking policy; the active one where it is not given."""
    as_of: date | None = None
    """The day that deadlines and validity are judged on; where it is not given they are not judged."""


class AllocationChange(WireModel):
    """Who dropped out of a solved day; everybody else's meetings stay, unless it is said that they may move."""

    dropped: Annotated[tuple[Identifier, ...], Field(max_length=2 * MAX_PARTICIPANTS)] = ()
    released: Annotated[tuple[Identifier, ...], Field(max_length=2 * MAX_PARTICIPANTS)] = ()
    """Participants whose meetings may move."""
    locks: _Pairs = ()
    """Further pairs that must meet."""
    bans: _Pairs = ()
    """Further pairs that must not meet; a meeting of theirs does not stay."""


class SeatedParticipant(WireModel):
    """A participant as others see it."""

    profile_id: Identifier
    title: str
    organisation: str | None = None
    """None where unknown or where the poster stays anonymous."""


class AllocatedMeeting(WireModel):
    """One meeting of the timetable."""

    slot: str
    table: int
    """From 1, within its slot."""
    first: SeatedParticipant
    second: SeatedParticipant
    score: float
    band: Band
    is_locked: bool
    is_kept: bool
    for_first: tuple[Reason, ...] = ()
    """Why the first would say yes; the weightiest reasons."""
    for_second: tuple[Reason, ...] = ()


class ShortfallCode(StrEnum):
    """Why a participant has fewer meetings than it should."""

    NO_ELIGIBLE_COUNTERPART = "no_eligible_counterpart"
    """Rules, bans and the floor leave nobody."""
    FEW_ELIGIBLE_COUNTERPARTS = "few_eligible_counterparts"
    """It meets everybody whom it may meet."""
    OWN_TIME = "own_time"
    """Its own capacity, or the slots in which it is there, are fewer than its minimum."""
    NO_COMMON_SLOT = "no_common_slot"
    """Those it may meet are there at other times."""
    ALL_FULL = "all_full"
    """Those it may meet have as many meetings as they can have."""
    NO_FREE_SLOT = "no_free_slot"
    """In every slot that they share, one of the two or every table is taken."""
    NOT_FOUND = "not_found"
    """There may be room: the search ended before it was settled."""


class CounterpartCounts(WireModel):
    """The other group, from one participant's view: each counterpart counts once, where it first drops out."""

    met: int
    refused_by_rules: int
    banned: int
    below_floor: int
    no_common_slot: int
    full: int
    """Has as many meetings as it can have."""
    no_free_slot: int
    """In every slot that they share, one of the two or every table is taken."""
    free: int
    """Nothing keeps them apart."""


class AllocationShortfall(WireModel):
    """A participant with fewer meetings than it should have, and why."""

    participant: SeatedParticipant
    side: AllocationSide
    meetings: int
    wanted: int
    code: ShortfallCode
    text: BilingualText
    counterparts: CounterpartCounts


class AllocationStatus(StrEnum):
    """How sure it is that no timetable is better."""

    OPTIMAL = "optimal"
    """Proven: none is better."""
    FEASIBLE = "feasible"
    """It keeps every constraint, and its distance from the best is bounded by `gap`."""


class AllocationQuality(WireModel):
    """What the timetable is worth, and what none can be better than."""

    status: AllocationStatus
    solver: str
    is_out_of_time: bool = False
    """The clock ended the search: another machine may find better."""
    meetings: int
    without_meeting: int
    """Participants of both groups whom nobody meets."""
    shortfall: int
    """Meetings that participants lack to what they should have, in all."""
    shortfall_bound: int
    total_score: float
    score_bound: float
    """Of timetables whose shortfall is no greater."""
    gap: Share
    """`1 - total_score / score_bound`; 0 where the status is optimal."""


class Allocation(WireModel):
    """A solved day. Equal requests on equal versions have equal ids and equal timetables."""

    id: str
    previous: str | None = None
    """The allocation that this one was re-solved from."""
    request: AllocationRequest
    """With the meetings that stayed as `kept`; posting it again gives this timetable on the same versions."""
    meetings: tuple[AllocatedMeeting, ...]
    """By slot, then table."""
    moved: tuple[KeptMeeting, ...] = ()
    """Of a re-solved day: meetings of people who are still there that could not stay, as their rules refuse it now."""
    shortfalls: tuple[AllocationShortfall, ...]
    quality: AllocationQuality
    provenance: Provenance
    allocated_at: datetime


class AllocationSummary(WireModel):
    """An allocation in a list."""

    id: str
    name: str
    previous: str | None = None
    status: AllocationStatus
    meetings: int
    allocated_at: datetime


class AllocationPage(WireModel):
    """Allocations, newest first."""

    items: tuple[AllocationSummary, ...]
    next_cursor: str | None = None
