"""The comparisons that requests take part in follow the database, in every replica, and end by themselves."""

import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from services.matcher.comparisons.service import ComparisonService
from services.matcher.comparisons.serving import ServedComparisons
from services.matcher.policies.service import PolicyService
from services.matcher.policies.serving import ServedPolicies
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.comparisons import ComparisonState
from shared.contracts.matches import MatchRequest
from shared.contracts.profiles import Kind
from shared.kit.database import Database
from tests.matcher.comparisons.readers import ToldTargets, record_lists
from tests.matcher.comparisons.test_service import WHY, asked
from tests.matcher.policies.test_service import evaluated

REQUEST = MatchRequest(subject_id="prf_1", target_kinds=(Kind.PROJECT,))


@pytest.fixture
def readers() -> ToldTargets:
    return ToldTargets()


@pytest.fixture
def policies(database: Database) -> PolicyService:
    policies = PolicyService(database, SHIPPED_POLICY)
    policies.keep_shipped()
    return policies


@pytest.fixture
def service(database: Database, policies: PolicyService, readers: ToldTargets) -> ComparisonService:
    return ComparisonService(database, policies, readers)


@pytest.fixture
def replica(service: ComparisonService, policies: PolicyService) -> Iterator[ServedComparisons]:
    source = ServedPolicies(policies, SHIPPED_POLICY)
    served = ServedComparisons(service, source, look_every_seconds=0.01, count_every_seconds=0.02)
    yield served
    served.stop()


def is_taken(replica: ServedComparisons) -> bool:
    return replica.of(REQUEST, Kind.RD_DEMAND) is not None


def test_another_replica_takes_it_over_made_ready_and_lets_it_go(
    service: ComparisonService, policies: PolicyService, replica: ServedComparisons
) -> None:
    warmed: list[str] = []
    taken_while_warming: list[bool] = []

    def warm(policy: RankingPolicy) -> None:
        warmed.append(policy.revision)
        taken_while_warming.append(is_taken(replica))

    replica.warm = warm
    replica.start()
    near = evaluated(policies, 2.0)
    started = service.start(asked(near, share=1))
    wait_until(lambda: is_taken(replica))
    assert (warmed, taken_while_warming) == ([SHIPPED_POLICY.revision, near], [False, False])
    found = replica.of(REQUEST, Kind.RD_DEMAND)
    assert found is not None
    assert (found.comparison_id, found.first, found.second) == (started.id, SHIPPED_POLICY, policies.policy(near))
    service.stop(started.id, WHY)
    wait_until(lambda: not is_taken(replica))


def test_a_replica_ends_what_is_decided_for_all(
    service: ComparisonService,
    policies: PolicyService,
    replica: ServedComparisons,
    readers: ToldTargets,
    database: Database,
) -> None:
    started = service.start(asked(evaluated(policies, 2.0), share=1))
    replica.start()
    wait_until(lambda: is_taken(replica))
    for run_id in record_lists(database, started.id, *map(str, range(12))):
        readers.told[run_id] = {"b"}
    wait_until(lambda: not is_taken(replica))
    assert service.read(started.id).state is ComparisonState.DECIDED_SECOND


def test_each_pair_of_kinds_has_its_own(
    service: ComparisonService, policies: PolicyService, replica: ServedComparisons
) -> None:
    near, far = evaluated(policies, 2.0), evaluated(policies, 3.0)
    demands = service.start(asked(near, kinds="project+rd_demand", share=1))
    investors = service.start(asked(far, kinds="investor+project", share=1))
    replica.refresh()
    found = {kind: replica.of(REQUEST, kind) for kind in (Kind.RD_DEMAND, Kind.INVESTOR, Kind.SCENARIO)}
    assert {kind: one and one.comparison_id for kind, one in found.items()} == {
        Kind.RD_DEMAND: demands.id,
        Kind.INVESTOR: investors.id,
        Kind.SCENARIO: None,
    }


def wait_until(holds: Callable[[], bool]) -> None:
    ends = monotonic() + 10
    while not holds():
        assert monotonic() < ends, "nothing happened in 10 s"
        threading.Event().wait(0.005)
