"""The priors that requests are answered with: they follow the feedback and the introductions that were read."""

import threading
from collections.abc import Callable, Iterable
from time import monotonic

import structlog

from services.matcher.feed_positions import read_position
from services.matcher.introductions.repository import all_steps
from services.matcher.introductions.repository import read_position as read_introduction_position
from services.matcher.judgments.answers import acceptances, responses
from services.matcher.judgments.feedback_repository import all_answers
from services.matcher.priors.cells import Cell, cells_of
from services.matcher.priors.priors import NO_PRIORS, Priors, make_priors
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.tables import FeedbackPositionRow
from shared.kit.database import Database
from shared.kit.polling import Polling

_log = structlog.get_logger("priors")
_AT_LEAST_EVERY_SECONDS = 600.0
"""Made anew though nothing was read, because profiles change their field, and rows may have been erased."""


class ServedPriors:
    """Thread-safe. Every replica counts for itself from what all have stored, so equal stores give equal priors.

    Answers are few beside what is shown, and are counted anew from the store each time: whatever was erased there is
    forgotten here.
    """

    def __init__(
        self, database: Database, snapshot: Callable[[], Snapshot], *, look_every_seconds: float = 30.0
    ) -> None:
        self._database = database
        self._snapshot = snapshot
        self._priors = NO_PRIORS
        self._read: tuple[object, ...] = ()
        self._made_at = -_AT_LEAST_EVERY_SECONDS
        self._looking = threading.Lock()
        self._polling = Polling("priors", self.refresh, every_seconds=look_every_seconds)

    def current(self) -> Priors:
        """The priors of now; a request reads them once."""
        return self._priors

    def refresh(self) -> None:
        """Count anew if more was read, or time has passed. Raises what the database raises."""
        with self._looking:
            snapshot = self._snapshot()
            with self._database.read() as session:
                positions = read_position(session, FeedbackPositionRow), read_introduction_position(session)
                read = (*positions, snapshot.base.size)  # another base: profiles are known that were not before
                if read == self._read and monotonic() - self._made_at < _AT_LEAST_EVERY_SECONDS:
                    return
                accepted, answered = acceptances(all_answers(session)), responses(all_steps(session))
            priors = make_priors(accepted, answered, _cells(snapshot, accepted.keys() | answered.keys()))
            self._read, self._made_at = read, monotonic()
            if priors.version != self._priors.version:
                self._priors = priors
                _log.info("priors", version=priors.version, profiles=len(accepted.keys() | answered.keys()))

    def start(self) -> None:
        """Look in the background."""
        self._polling.start()

    def stop(self) -> None:
        """End soon."""
        self._polling.stop()


def _cells(snapshot: Snapshot, profile_ids: Iterable[str]) -> dict[str, tuple[Cell, ...]]:
    """Of those that take part."""
    found = {profile_id: snapshot.find(profile_id) for profile_id in profile_ids}
    return {
        profile_id: cells_of(place[0].entries[place[1]].facts)
        for profile_id, place in found.items()
        if place is not None
    }
