"""Matchmaking days in which an erased profile took part: its seat stays, its name and the reasons go."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import or_, select, update

from services.matcher.tables import AllocationRow
from shared.contracts.allocations import AllocatedMeeting, Allocation, SeatedParticipant
from shared.kit.database import Database
from shared.kit.erasure import ERASED

_AT_A_TIME = 50
"""Conditions in one statement that each look for a text."""


def scrub_allocations(database: Database, profile_ids: Sequence[str]) -> Counter[tuple[str, str]]:
    """Rewrite every stored day that seats one of the profiles. Raises DatabaseUnavailable."""
    rewritten: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(profile_ids), _AT_A_TIME):
        some = profile_ids[start : start + _AT_A_TIME]
        mentioned = or_(*(AllocationRow.answer.contains(one) for one in some))
        with database.write() as session:
            query = select(AllocationRow.allocation_id, AllocationRow.answer).where(mentioned)
            for allocation_id, answer in session.execute(query).all():
                before = Allocation.model_validate_json(answer)
                after = without_words_of(before, set(some))
                if after == before:
                    continue
                values = {"answer": after.model_dump_json()}
                session.execute(
                    update(AllocationRow).where(AllocationRow.allocation_id == allocation_id).values(values)
                )
                rewritten.update((one, "allocations") for one in some if one in answer)
    return rewritten


def without_words_of(allocation: Allocation, erased: Collection[str]) -> Allocation:
    """The same day, with nothing that a profile's texts said; pure."""
    shortfalls = tuple(
        one.model_copy(update={"participant": _unnamed(one.participant, erased)}) for one in allocation.shortfalls
    )
    meetings = tuple(_without_words(meeting, erased) for meeting in allocation.meetings)
    return allocation.model_copy(update={"meetings": meetings, "shortfalls": shortfalls})


def _without_words(meeting: AllocatedMeeting, erased: Collection[str]) -> AllocatedMeeting:
    if {meeting.first.profile_id, meeting.second.profile_id}.isdisjoint(erased):
        return meeting
    sides = {"first": _unnamed(meeting.first, erased), "second": _unnamed(meeting.second, erased)}
    return meeting.model_copy(update={**sides, "for_first": (), "for_second": ()})


def _unnamed(seated: SeatedParticipant, erased: Collection[str]) -> SeatedParticipant:
    if seated.profile_id not in erased:
        return seated
    return seated.model_copy(update={"title": ERASED, "organisation": None})
