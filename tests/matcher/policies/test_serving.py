"""The policy that ranks follows the database, in every replica, and survives its absence."""

import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from services.matcher.matching.policy_source import OnePolicy, PolicyNotFound
from services.matcher.policies.service import PolicyService
from services.matcher.policies.serving import ServedPolicies
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.policy_records import PolicyDecision
from shared.kit.database import Database
from tests.matcher.policies.test_service import activation, draft

WHY = PolicyDecision(by="operator", reason="because")


@pytest.fixture
def service(database: Database) -> PolicyService:
    service = PolicyService(database, SHIPPED_POLICY)
    service.keep_shipped()
    return service


@pytest.fixture
def replica(service: PolicyService) -> Iterator[ServedPolicies]:
    served = ServedPolicies(service, SHIPPED_POLICY, look_every_seconds=0.01)
    yield served
    served.stop()


def test_another_replica_takes_an_activation_over_by_itself(service: PolicyService, replica: ServedPolicies) -> None:
    warmed: list[str] = []
    ranked_while_warming: list[str] = []

    def warm(policy: RankingPolicy) -> None:
        warmed.append(policy.revision)
        ranked_while_warming.append(replica.active.revision)

    replica.warm = warm
    replica.start()
    revision = service.draft(draft(2.0))[0].revision
    service.activate(revision, activation(force=True))
    _wait_until_ranked_by(revision, replica)
    assert warmed == [revision]
    assert ranked_while_warming == [SHIPPED_POLICY.revision]
    service.roll_back(WHY)
    _wait_until_ranked_by(SHIPPED_POLICY.revision, replica)


def test_what_ranks_survives_a_restart(service: PolicyService) -> None:
    revision = service.draft(draft(2.0))[0].revision
    service.activate(revision, activation(force=True))
    restarted = ServedPolicies(service, SHIPPED_POLICY)
    restarted.refresh()
    assert restarted.active == service.policy(revision)


def test_named_policies_are_found_active_or_not(service: PolicyService, replica: ServedPolicies) -> None:
    revision = service.draft(draft(2.0))[0].revision
    assert replica.named(revision).revision == revision
    assert replica.named(SHIPPED_POLICY.revision) is SHIPPED_POLICY
    with pytest.raises(PolicyNotFound) as refused:
        replica.named("gone-9")
    assert refused.value.errors[0].field == "policy"


def test_one_policy_knows_its_own_name_only() -> None:
    source = OnePolicy(SHIPPED_POLICY)
    assert source.active is source.named(SHIPPED_POLICY.revision)
    with pytest.raises(PolicyNotFound):
        source.named("other")


def _wait_until_ranked_by(revision: str, replica: ServedPolicies) -> None:
    ends = monotonic() + 10
    while replica.active.revision != revision:
        assert monotonic() < ends, f"{revision} was not taken over in 10 s"
        threading.Event().wait(0.005)
