"""Which results of recorded answers people chose, as far as comparisons ask."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy import Select, and_, func, or_, select

from services.matcher.tables import FeedbackRow
from shared.contracts.feedback import FeedbackType, Outcome
from shared.kit.database import ReadSession

_CHOSEN = (FeedbackType.OPENED, FeedbackType.SHORTLISTED, FeedbackType.ACCEPTED)


class ChosenTargets(Protocol):
    """What became of recorded answers."""

    def chosen(self, session: ReadSession, run_ids: Select[str]) -> Mapping[str, Collection[str]]:
        """The targets of each of these runs that are chosen as things stand; runs without any are missing.

        A target is chosen where the newest thing that was done about it in this run is that it was opened,
        shortlisted or accepted, or led to something; to have been shown says nothing.
        """
        ...


class FeedbackTargets:
    """ChosenTargets by the feedback that was read from the catalog."""

    def chosen(self, session: ReadSession, run_ids: Select[str]) -> Mapping[str, Collection[str]]:
        """As the protocol says; of two events of one moment, the one of the later id is the newer."""
        newest_first = (FeedbackRow.happened_at.desc(), FeedbackRow.event_id.desc())
        place = func.row_number().over(partition_by=(FeedbackRow.run_id, FeedbackRow.target_id), order_by=newest_first)
        read = (FeedbackRow.run_id, FeedbackRow.target_id, FeedbackRow.type, FeedbackRow.outcome)
        says_something = FeedbackRow.type != FeedbackType.SHOWN.value
        events = select(*read, place.label("place")).where(FeedbackRow.run_id.in_(run_ids), says_something).subquery()
        came_of_it = and_(events.c.type == FeedbackType.OUTCOME.value, events.c.outcome != Outcome.NONE.value)
        is_chosen = or_(events.c.type.in_([one.value for one in _CHOSEN]), came_of_it)
        found = defaultdict[str, set[str]](set)
        for run_id, target_id in session.execute(
            select(events.c.run_id, events.c.target_id).where(events.c.place == 1, is_chosen)
        ):
            found[run_id].add(target_id)
        return found
