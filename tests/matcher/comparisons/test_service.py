"""Comparisons as records on both databases: what may start, what readers say, and how it ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.matcher import run_repository
from services.matcher.comparison_tables import DraftedListRow, DraftedResultRow
from services.matcher.comparisons import repository
from services.matcher.comparisons.service import ComparisonService
from services.matcher.comparisons.states import (
    ComparisonChangedMeanwhile,
    ComparisonEnded,
    ComparisonNotFound,
    ComparisonRunning,
    PolicyNotComparable,
    SamePolicy,
)
from services.matcher.matching.policy_source import PolicyNotFound
from services.matcher.policies.service import PolicyService
from services.matcher.policies.states import PolicyInUse
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.comparisons import ComparisonDraft, ComparisonState
from shared.contracts.policy_records import PolicyDecision
from shared.kit.database import Database
from tests.matcher.comparisons.readers import NOW, ToldTargets, record_lists
from tests.matcher.policies.test_service import activation, draft, evaluated

WHY = PolicyDecision(by="operator", reason="because")
SHIPPED = SHIPPED_POLICY.revision


@pytest.fixture
def policies(database_on_both: Database) -> PolicyService:
    policies = PolicyService(database_on_both, SHIPPED_POLICY, clock=lambda: NOW)
    policies.keep_shipped()
    return policies


@pytest.fixture
def readers() -> ToldTargets:
    return ToldTargets()


@pytest.fixture
def service(database_on_both: Database, policies: PolicyService, readers: ToldTargets) -> ComparisonService:
    return ComparisonService(database_on_both, policies, readers, clock=lambda: NOW)


@pytest.fixture
def near(policies: PolicyService) -> Iterator[str]:
    yield evaluated(policies, 2.0)


def asked(second: str, *, first: str = SHIPPED, **fields: object) -> ComparisonDraft:
    body = {"first": first, "second": second, "share": 0.5, "by": "operator", "reason": "because"} | fields
    return ComparisonDraft.model_validate(body)


def choose(database: Database, readers: ToldTargets, comparison_id: str, target_id: str, count: int, name: str) -> None:
    """So many new lists, of each of which this target was chosen."""
    for run_id in record_lists(database, comparison_id, *(f"{name} {number}" for number in range(count))):
        readers.told[run_id] = {target_id}


def test_a_started_comparison_tells_what_was_asked_and_that_nobody_spoke(service: ComparisonService, near: str) -> None:
    started = service.start(asked(near, kinds="project+investor", alpha=0.1, max_decided=50))
    assert (started.state, started.first, started.second) == (ComparisonState.RUNNING, SHIPPED, near)
    assert (started.kinds, started.alpha, started.max_decided) == ("investor+project", 0.1, 50)
    assert (started.started_by, started.started_at, started.is_forced) == ("operator", NOW, False)
    assert (started.lists, started.first_wins, started.second_wins, started.ties) == (0, 0, 0, 0)
    assert (started.preference, started.evidence, started.next_step) == (0.5, 1.0, None)
    assert service.read(started.id) == started
    assert [row.comparison_id for row in service.running()] == [started.id]


def test_what_cannot_be_compared_is_refused_and_nothing_is_stored(
    service: ComparisonService, policies: PolicyService, near: str
) -> None:
    unmeasured = policies.draft(draft(3.0))[0].revision
    retired = evaluated(policies, 4.0)
    policies.retire(retired, WHY)
    with pytest.raises(SamePolicy):
        service.start(asked(near, first=near))
    with pytest.raises(PolicyNotComparable, match="no evaluation"):
        service.start(asked(unmeasured))
    with pytest.raises(PolicyNotComparable, match="retired"):
        service.start(asked(retired, force=True))
    with pytest.raises(PolicyNotFound) as refused:
        service.start(asked("gone-9"))
    assert refused.value.errors[0].field == "second"
    assert (service.page(None, 10).items, service.running()) == ((), ())
    assert service.start(asked(unmeasured, force=True)).is_forced


def test_one_comparison_a_pair_of_kinds(service: ComparisonService, near: str) -> None:
    first = service.start(asked(near, kinds="investor+project"))
    other = service.start(asked(near, kinds="project+rd_demand"))
    for kinds in ("project+investor", None):
        with pytest.raises(ComparisonRunning, match=first.id):
            service.start(asked(near, kinds=kinds))
    service.stop(first.id, WHY)
    service.stop(other.id, WHY)
    everywhere = service.start(asked(near))
    with pytest.raises(ComparisonRunning, match=everywhere.id):
        service.start(asked(near, kinds="scenario+scenario"))


def test_of_two_started_at_once_one_runs(service: ComparisonService, near: str) -> None:
    def start(_: int) -> str | None:
        try:
            return service.start(asked(near)).id
        except (ComparisonRunning, ComparisonChangedMeanwhile):
            return None

    with ThreadPoolExecutor(4) as pool:
        started = [one for one in pool.map(start, range(4)) if one is not None]
    assert len(started) == 1
    assert [row.comparison_id for row in service.running()] == started


def test_readers_are_counted_by_list_and_can_change_their_minds(
    service: ComparisonService, database_on_both: Database, readers: ToldTargets, near: str
) -> None:
    started = service.start(asked(near))
    choose(database_on_both, readers, started.id, "a", 2, "first")
    choose(database_on_both, readers, started.id, "b", 3, "second")
    [tied, changed, _] = record_lists(database_on_both, started.id, "tied", "changed", "unread")
    readers.told |= {tied: {"a", "b", "not in the list"}, changed: {"a", "nor this"}}
    record_lists(database_on_both, "cmp_of_others", "elsewhere")
    told = service.read(started.id)
    assert (told.lists, told.subjects) == (8, 8)
    assert (told.first_wins, told.second_wins, told.ties, told.preference) == (3, 3, 1, 0.5)
    readers.told[changed] = set()
    assert service.read(started.id).first_wins == 2


@pytest.mark.parametrize(
    ("target_id", "state"), [("a", ComparisonState.DECIDED_FIRST), ("b", ComparisonState.DECIDED_SECOND)]
)
def test_a_preference_ends_it_and_names_the_next_step(
    service: ComparisonService,
    database_on_both: Database,
    readers: ToldTargets,
    near: str,
    target_id: str,
    state: ComparisonState,
) -> None:
    started = service.start(asked(near))
    choose(database_on_both, readers, started.id, target_id, 11, "early")
    assert service.end_decided() == []
    choose(database_on_both, readers, started.id, target_id, 1, "late")
    assert service.end_decided() == [started.id]
    assert service.end_decided() == []
    ended = service.read(started.id)
    assert (ended.state, ended.ended_by, ended.ended_at) == (state, "the stopping rule", NOW)
    assert max(ended.first_wins, ended.second_wins) == 12
    assert ended.next_step is not None
    assert (f"liaison policy activate {near}" in ended.next_step.en) is (target_id == "b")
    assert ("ranks already" in ended.next_step.en) is (target_id == "a")
    choose(database_on_both, readers, started.id, "a", 5, "too late")
    assert service.read(started.id) == ended
    with pytest.raises(ComparisonEnded):
        service.stop(started.id, WHY)


def test_nothing_is_activated_by_itself_and_the_step_follows_what_ranks(
    service: ComparisonService, policies: PolicyService, database_on_both: Database, readers: ToldTargets, near: str
) -> None:
    started = service.start(asked(near))
    choose(database_on_both, readers, started.id, "b", 12, "list")
    service.end_decided()
    assert policies.active() == (0, SHIPPED)
    policies.activate(near, activation())
    step = service.read(started.id).next_step
    assert step is not None and "ranks already" in step.en


def test_as_many_lists_as_were_planned_end_it_without_a_difference(
    service: ComparisonService, database_on_both: Database, readers: ToldTargets, near: str
) -> None:
    started = service.start(asked(near, max_decided=6))
    choose(database_on_both, readers, started.id, "a", 3, "first")
    choose(database_on_both, readers, started.id, "b", 3, "second")
    assert service.end_decided() == [started.id]
    ended = service.read(started.id)
    assert (ended.state, ended.next_step is not None) == (ComparisonState.NO_DIFFERENCE, True)
    assert service.running() == ()


def test_a_stopped_comparison_keeps_its_count_and_frees_its_pairs(
    service: ComparisonService, database_on_both: Database, readers: ToldTargets, near: str
) -> None:
    started = service.start(asked(near))
    choose(database_on_both, readers, started.id, "a", 2, "list")
    stopped = service.stop(started.id, WHY)
    assert (stopped.state, stopped.ended_by, stopped.ended_reason) == (ComparisonState.STOPPED, "operator", "because")
    assert (stopped.first_wins, stopped.lists) == (2, 2)
    assert stopped.next_step is not None and "undecided" in stopped.next_step.en
    with pytest.raises(ComparisonEnded):
        service.stop(started.id, WHY)
    with pytest.raises(ComparisonNotFound):
        service.stop("cmp_none", WHY)
    assert service.start(asked(near)).id != started.id


def test_what_is_compared_is_not_retired(service: ComparisonService, policies: PolicyService, near: str) -> None:
    started = service.start(asked(near))
    with pytest.raises(PolicyInUse, match="running comparison"):
        policies.retire(near, WHY)
    service.stop(started.id, WHY)
    policies.retire(near, WHY)


def test_pages_tell_every_comparison_once_newest_first(service: ComparisonService, near: str) -> None:
    started = []
    for _ in range(5):
        started.append(service.start(asked(near)).id)
        service.stop(started[-1], WHY)
    seen, cursor = list[str](), None
    while True:
        page = service.page(cursor, 2)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == started[::-1]


def test_lists_are_counted_after_their_runs_are_pruned_and_forgotten_at_the_end(
    service: ComparisonService, database_on_both: Database, readers: ToldTargets, near: str
) -> None:
    started = service.start(asked(near))
    for run_id in record_lists(database_on_both, started.id, "old", answered_at=NOW - timedelta(days=91)):
        readers.told[run_id] = {"a"}
    choose(database_on_both, readers, started.id, "a", 1, "new")
    prune(database_on_both)
    assert (service.read(started.id).lists, service.read(started.id).first_wins) == (2, 2)
    service.stop(started.id, WHY)
    assert (service.read(started.id).lists, drafts_left(database_on_both)) == (2, (1, 2))
    prune(database_on_both, days=0)
    assert (service.read(started.id).first_wins, drafts_left(database_on_both)) == (2, (0, 0))


def prune(database: Database, days: int = 90) -> None:
    with database.write() as session:
        run_repository.prune_runs(session, before=NOW - timedelta(days=days, seconds=-1), limit=10)


def drafts_left(database: Database) -> tuple[int, int]:
    with database.read() as session:
        return session.query(DraftedListRow).count(), session.query(DraftedResultRow).count()


def test_an_end_is_written_once(service: ComparisonService, database_on_both: Database, near: str) -> None:
    started = service.start(asked(near))
    values = {"state": "stopped", "tally": '{"lists": 0, "subjects": 0}'}
    ended = []
    for _ in range(2):
        with database_on_both.write() as session:
            ended.append(repository.end(session, started.id, running="running", values=values))
    assert ended == [True, False]
