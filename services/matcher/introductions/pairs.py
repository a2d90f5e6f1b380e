"""Pairs that are being introduced, have met or have declined: neither is proposed to the other again."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.introductions import IntroductionState

_State = IntroductionState
SUPPRESSING = frozenset(IntroductionState) - {_State.DRAFT, _State.EXPIRED}
"""Every state but a draft, which nobody has asked for, and an expired request, which may be worth another try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIntroduction:
    """One introduction as the feed told of it."""

    introduction_id: str
    revision: int
    subject_id: str
    target_id: str
    state: IntroductionState
    is_told: bool
    """The target has heard of it."""
    run_id: str | None = None
    rank: int | None = None
    at: datetime | None = None
    """When it reached the state; None where it was read from the store."""


class IntroducedPairs:
    """Who is not to be proposed to whom; in memory, thread-safe.

    What its target has not heard of is left out for the subject alone: a list must not tell of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revisions: dict[str, int] = {}
        self._others: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """By profile: the other side of each introduction that suppresses."""

    def others_of(self, profile_id: str) -> frozenset[str]:
        """The profiles that are not to be proposed to this one now."""
        with self._lock:
            return frozenset(self._others[profile_id].values()) if profile_id in self._others else frozenset()

    def take(self, introductions: Iterable[KnownIntroduction]) -> None:
        """Apply what is newer than what is known."""
        with self._lock:
            for one in introductions:
                if one.revision > self._revisions.get(one.introduction_id, 0):
                    self._revisions[one.introduction_id] = one.revision
                    self._apply(one)

    def forget(self) -> None:
        """Know nothing, as at the start."""
        with self._lock:
            self._revisions.clear()
            self._others.clear()

    def _apply(self, one: KnownIntroduction) -> None:
        is_suppressed = one.state in SUPPRESSING
        for own, other, counts in (
            (one.subject_id, one.target_id, is_suppressed),
            (one.target_id, one.subject_id, is_suppressed and one.is_told),
        ):
            if counts:
                self._others[own][one.introduction_id] = other
            elif own in self._others:
                self._others[own].pop(one.introduction_id, None)
