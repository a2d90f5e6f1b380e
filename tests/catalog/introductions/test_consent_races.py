"""Consent under races: two people act at the same moment, and no contact leaves without a live yes from both sides."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.catalog.app import open_catalog
from shared.contracts.introductions import Actor, IntroductionEvent, IntroductionState, ReleasedContact
from shared.kit.database import Database
from shared.kit.errors import ServiceError
from shared.kit.identity import Principal
from tests.catalog.introductions.acting import ask, do, have_contact, trail
from tests.catalog.introductions.people import FOUNDER, PLATFORM, STAFF, owned_profile

STEPS = int(os.environ.get("CONSENT_STEPS", "120"))
"""Of the state machine; `make introductions` takes 10,000."""
STEPS_AN_EXAMPLE = 50
FEWEST_EXAMPLES = 6
"""The first example of a run is next to empty."""
BOTH = {Actor.SUBJECT, Actor.TARGET}
PEOPLE: dict[str, Principal] = {"subject": FOUNDER, "target": PLATFORM, "operator": STAFF}
STEPS_OF_PEOPLE = ("accept", "decline", "withdraw", "introduce", "meet", "pilot", "fail", "close", "release")
deeds = st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(STEPS_OF_PEOPLE))
often = st.one_of(
    st.tuples(st.sampled_from(["subject", "target"]), st.sampled_from(["release", "release", "withdraw"])),
    st.tuples(st.just("target"), st.just("accept")),
    deeds,
)
Deed = tuple[str, str]


class Consents(RuleBasedStateMachine):
    """One pair of profiles, introduced again and again; what came of every call is compared with the audit trail."""

    numbers = count()
    steps = 0
    releases = 0
    races = 0

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.pool = ThreadPoolExecutor(2)
        self.introduction = ""
        self.released = 0
        self.replayed = Replay()
        self.left: set[Actor] = set()
        """Sides whose withdrawal has been answered."""

    @initialize()
    def two_profiles(self) -> None:
        number = next(self.numbers)
        self.subject = owned_profile(self.database, FOUNDER.organization_id, f"asks {number}")
        self.target = owned_profile(self.database, PLATFORM.organization_id, f"is asked {number}")
        self.begin()

    @rule(deed=often)
    def act(self, deed: Deed) -> None:
        """One after the other."""
        self.count_step()
        self.note(deed, self.attempt(deed), left_before=frozenset(self.left))

    @rule(first=often, second=often)
    def act_at_once(self, first: Deed, second: Deed) -> None:
        """Two at the same moment, in threads of their own."""
        self.count_step()
        type(self).races += 1
        start, left = threading.Barrier(2), frozenset(self.left)

        def attempt(deed: Deed) -> object:
            start.wait(10)
            return self.attempt(deed)

        for deed, outcome in zip((first, second), self.pool.map(attempt, (first, second)), strict=True):
            self.note(deed, outcome, left_before=left)

    @rule()
    def begin(self) -> None:
        """Ask anew, where the last introduction has ended."""
        try:
            self.introduction = ask(self.database, FOUNDER, self.subject, self.target).id
        except ServiceError:
            return
        self.released, self.left, self.replayed = 0, set(), Replay()

    @invariant()
    def every_release_had_both_sides_consent(self) -> None:
        if self.introduction:
            self.replayed.go_on(trail(self.database, self.introduction, after_id=self.replayed.last_id))
            assert self.replayed.releases == self.released

    def attempt(self, deed: Deed) -> object:
        """What the call answers, or why it was refused."""
        person, action = deed
        by = PEOPLE[person]
        try:
            if action == "release":
                return have_contact(self.database, by, self.introduction)
            return do(self.database, by, self.introduction, action, reason="busy" if action == "decline" else None)  # type: ignore[arg-type] # pydantic reads the code
        except ServiceError as refused:
            assert refused.status < 500, refused.detail
            return refused

    def note(self, deed: Deed, outcome: object, *, left_before: frozenset[Actor]) -> None:
        if isinstance(outcome, ReleasedContact):
            self.released += 1
            type(self).releases += 1
            assert not left_before, "a contact was released after a withdrawal had been answered"
        elif deed[1] == "withdraw" and not isinstance(outcome, ServiceError):
            self.left.add(Actor(deed[0]))

    def count_step(self) -> None:
        type(self).steps += 1

    def teardown(self) -> None:
        self.pool.shutdown()


class Replay:
    """The trail played again: at every release both sides had said yes, and none had taken it back."""

    def __init__(self) -> None:
        self.last_id = 0
        self.revision = 0
        self.releases = 0
        self.said: set[Actor] = set()

    def go_on(self, lines: list[IntroductionEvent]) -> None:
        for line in lines:
            self.last_id, self.revision = line.id, self.revision + 1
            assert line.revision == self.revision
            if line.action in ("submit", "accept"):
                self.said.add(line.actor)
            elif line.action == "withdraw":
                self.said.discard(line.actor)
            elif line.action == "release":
                self.releases += 1
                assert self.said == BOTH, line
                assert line.from_state not in (IntroductionState.WITHDRAWN, IntroductionState.CLOSED)


@pytest.fixture
def database(postgresql_catalog_url: str) -> Iterator[Database]:
    database = open_catalog(postgresql_catalog_url)
    yield database
    database.close()


def test_no_contact_is_released_without_live_consent_of_both(database: Database) -> None:
    machine: Callable[[], Consents] = lambda: Consents(database)  # noqa: E731 - what hypothesis calls for each example
    before = Consents.steps
    while Consents.steps - before < STEPS:
        run_state_machine_as_test(
            machine,  # type: ignore[arg-type] # anything that makes a machine will do, says its documentation
            settings=settings(
                max_examples=max(FEWEST_EXAMPLES, STEPS // STEPS_AN_EXAMPLE),
                stateful_step_count=STEPS_AN_EXAMPLE,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    told = (
        f"{Consents.steps} steps, {Consents.races} of them races; {Consents.releases} contacts released, 0 unlawfully"
    )
    print(told)  # noqa: T201 - the report of `make introductions`
    assert Consents.releases > STEPS // 100, "hardly anything was released: the test would prove nothing"
