"""Policies as records on both databases: drafts, evaluations, activations, and what never happens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from services.matcher.matching.policy_source import PolicyNotFound
from services.matcher.policies.documents import FaultyPolicy
from services.matcher.policies.records import FaultyReport
from services.matcher.policies.service import EvaluationNotOfPolicy, PolicyChangedMeanwhile, PolicyService
from services.matcher.policies.states import (
    NothingToRollBack,
    PolicyAlreadyActive,
    PolicyInUse,
    PolicyNotEvaluated,
    PolicyRetired,
)
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.policy_records import (
    ActivationAction,
    ActivationRequest,
    EvaluationDraft,
    PolicyDecision,
    PolicyDraft,
    PolicyState,
)
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal
from shared.kit.database import Database
from shared.kit.errors import ServiceError

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WHY = PolicyDecision(by="operator", reason="because")
REPORT = {"sets": [{"name": "set", "queries": 3, "rankings": {"served": {"ndcg@10": 0.5}, "dense": {"ndcg@10": 0.25}}}]}


@pytest.fixture
def service(database_on_both: Database) -> PolicyService:
    service = PolicyService(database_on_both, SHIPPED_POLICY, clock=lambda: NOW)
    service.keep_shipped()
    return service


def draft(words: float, *, base: str = SHIPPED_POLICY.revision) -> PolicyDraft:
    document = {"base": base, "directed": {"project>investor": {"words": {"weight": words}}}}
    return PolicyDraft.model_validate({"name": "near", "document": document, "by": "operator"})


def evaluated(service: PolicyService, words: float) -> str:
    revision = service.draft(draft(words))[0].revision
    service.attach(revision, EvaluationDraft(report=REPORT, by="operator"))
    return revision


def activation(*, force: bool = False, evaluation_id: str | None = None) -> ActivationRequest:
    return ActivationRequest(by="operator", reason="because", force=force, evaluation_id=evaluation_id)


def test_a_draft_is_kept_as_given_and_ranks_as_it_says(service: PolicyService) -> None:
    record, is_new = service.draft(draft(2.0))
    assert (record.revision, record.state, is_new) == ("near-2", PolicyState.DRAFT, True)
    assert record.document == draft(2.0).document
    assert (record.created_by, record.created_at) == ("operator", NOW)
    words = service.policy("near-2").needs_of(Kind.PROJECT, Kind.INVESTOR).signals[Signal.WORDS].weight
    assert words == pytest.approx(2.0 / 2.89)


def test_equal_content_is_one_revision_whoever_drafts_it(service: PolicyService) -> None:
    first, _ = service.draft(draft(2.0))
    again, is_new = service.draft(draft(2.0).model_copy(update={"by": "another", "name": "other"}))
    assert (again.revision, again.created_by, is_new) == (first.revision, "operator", False)
    assert [one.revision for one in service.page(None, 10).items] == ["near-2", SHIPPED_POLICY.revision]


def test_a_draft_that_changes_nothing_is_the_shipped_policy(service: PolicyService) -> None:
    document = {"base": SHIPPED_POLICY.revision}
    record, is_new = service.draft(PolicyDraft.model_validate({"document": document, "by": "operator"}))
    assert (record.revision, is_new, record.state) == (SHIPPED_POLICY.revision, False, PolicyState.ACTIVE)


def test_drafts_build_on_drafts(service: PolicyService) -> None:
    service.draft(draft(2.0))
    service.draft(draft(0.0001, base="near-2"))
    signals = service.policy("near-3").needs_of(Kind.PROJECT, Kind.INVESTOR).signals
    assert signals[Signal.WORDS].weight == pytest.approx(0.0001 / (0.0001 + 0.89 / 2.89))


def test_unknown_bases_and_empty_policies_store_nothing(service: PolicyService) -> None:
    with pytest.raises(PolicyNotFound):
        service.draft(draft(1.0, base="gone-9"))
    nothing = {signal.value: None for signal in SHIPPED_POLICY.needs_of(Kind.PROJECT, Kind.INVESTOR).signals}
    document = {"base": SHIPPED_POLICY.revision, "directed": {"project>investor": nothing}}
    with pytest.raises(FaultyPolicy):
        service.draft(PolicyDraft.model_validate({"document": document, "by": "operator"}))
    assert len(service.page(None, 10).items) == 1


def test_a_stored_policy_is_the_same_to_the_last_bit_in_another_release(
    service: PolicyService, database_on_both: Database
) -> None:
    revision = service.draft(draft(1.37))[0].revision
    later = PolicyService(database_on_both, SHIPPED_POLICY.__class__(revision="next", base=SHIPPED_POLICY.base))
    later.keep_shipped()
    assert later.policy(revision) == service.policy(revision)
    assert later.policy(SHIPPED_POLICY.revision).directed.keys() == SHIPPED_POLICY.directed.keys()


def test_nothing_unevaluated_ranks_unless_forced_and_then_the_record_says_so(service: PolicyService) -> None:
    revision = service.draft(draft(2.0))[0].revision
    with pytest.raises(PolicyNotEvaluated):
        service.activate(revision, activation())
    assert service.active() == (0, SHIPPED_POLICY.revision)
    record = service.activate(revision, activation(force=True))
    assert (record.is_forced, record.evaluation_id, record.previous) == (True, None, SHIPPED_POLICY.revision)
    assert service.active() == (1, revision)
    assert service.read(revision).state is PolicyState.ACTIVE


def test_activation_stands_on_the_newest_evaluation_or_the_one_named(service: PolicyService) -> None:
    revision, other = evaluated(service, 2.0), evaluated(service, 3.0)
    foreign = service.read(other).evaluations[0].id
    with pytest.raises(EvaluationNotOfPolicy):
        service.activate(revision, activation(evaluation_id=foreign))
    own = service.read(revision).evaluations[0]
    record = service.activate(revision, activation())
    assert (record.evaluation_id, record.is_forced) == (own.id, False)
    assert own.sets[0].ndcg_at_10 == 0.5
    assert own.sets[0].best_other == 0.25
    with pytest.raises(PolicyAlreadyActive):
        service.activate(revision, activation())


def test_rolling_back_is_recorded_and_twice_goes_two_back(service: PolicyService) -> None:
    first, second = evaluated(service, 2.0), evaluated(service, 3.0)
    service.activate(first, activation())
    service.activate(second, activation())
    assert service.roll_back(WHY).revision == first
    assert service.roll_back(WHY).revision == SHIPPED_POLICY.revision
    with pytest.raises(NothingToRollBack):
        service.roll_back(WHY)
    record = service.activations(None, 10).items
    assert [one.number for one in record] == [4, 3, 2, 1]
    assert [one.action for one in record[:2]] == [ActivationAction.ROLLED_BACK] * 2


def test_retired_revisions_rank_no_more_and_stay_readable(service: PolicyService) -> None:
    revision = evaluated(service, 2.0)
    assert service.retire(revision, WHY).state is PolicyState.RETIRED
    with pytest.raises(PolicyRetired):
        service.activate(revision, activation(force=True))
    assert service.policy(revision).revision == revision
    with pytest.raises(PolicyInUse):
        service.retire(SHIPPED_POLICY.revision, WHY)


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"sets": []},
        {"sets": [1]},
        {"sets": [{"name": "s", "queries": 3, "rankings": {"dense": {"ndcg@10": 0.5}}}]},
        {"sets": [{"name": "s", "queries": "3", "rankings": {"served": {"ndcg@10": 0.5}}}]},
        {"sets": [{"name": "s", "queries": 3, "rankings": {"served": {"ndcg@10": "high"}}}]},
        {"sets": [{"name": "s", "queries": 3, "rankings": {"served": {"ndcg@10": float("nan")}}}]},
    ],
    ids=["empty", "no-sets", "no-set", "other-ranking", "queries", "metric", "nan"],
)
def test_a_report_that_tells_nothing_of_the_revision_is_refused(
    service: PolicyService, report: dict[str, object]
) -> None:
    revision = service.draft(draft(2.0))[0].revision
    with pytest.raises(FaultyReport):
        service.attach(revision, EvaluationDraft(report=report, by="operator"))
    assert service.read(revision).state is PolicyState.DRAFT


def test_pages_tell_every_revision_once(service: PolicyService) -> None:
    drafted = {service.draft(draft(1.0 + number))[0].revision for number in range(5)}
    seen, cursor = list[str](), None
    while True:
        page = service.page(cursor, 2)
        seen += [one.revision for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted({*drafted, SHIPPED_POLICY.revision})


def test_of_activations_at_once_each_number_is_given_once(service: PolicyService) -> None:
    revisions = [evaluated(service, 2.0 + number) for number in range(6)]

    def activate(revision: str) -> int | None:
        try:
            return service.activate(revision, activation()).number
        except (PolicyChangedMeanwhile, ServiceError):
            return None

    with ThreadPoolExecutor(6) as pool:
        numbers = [number for number in pool.map(activate, revisions) if number is not None]
    record = service.activations(None, 20).items
    assert sorted(numbers) == sorted(one.number for one in record) == list(range(1, len(record) + 1))
    for one, before in pairwise(record):
        assert one.previous == before.revision
    assert service.active() == (record[0].number, record[0].revision)
