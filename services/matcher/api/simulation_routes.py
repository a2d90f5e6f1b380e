"""POST /v1/policies:simulate: a draft beside the active policy."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body

from services.matcher.api.answers import shown
from services.matcher.api.object_access import check_simulated
from services.matcher.api.policy_examples import SIMULATION_EXAMPLE, SIMULATION_EXAMPLES
from services.matcher.bootstrap import Matcher
from services.matcher.deps import ReadyMatcher
from services.matcher.policies.documents import policy_of
from services.matcher.policies.records import content_hash, resolved_text
from services.matcher.policies.simulation import Moved, simulate
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.policies import PolicyDocument
from shared.contracts.simulations import Change, SimulatedMatch, SimulatedSubject, Simulation, SimulationRequest
from shared.kit.http import Responses, problem_responses
from shared.kit.identity import CurrentPrincipal, Permission, requires

router = APIRouter(prefix="/v1", tags=["policies"])
_SIMULATED: Responses = {200: {"content": {"application/json": {"example": SIMULATION_EXAMPLE}}}}


@router.post(
    "/policies:simulate",
    dependencies=[requires(Permission.RANKING_WRITE)],
    responses=_SIMULATED | problem_responses(404, 503),
)
def simulate_policy(
    request: Annotated[SimulationRequest, Body(openapi_examples=SIMULATION_EXAMPLES)],
    matcher: ReadyMatcher,
    principal: CurrentPrincipal,
) -> Simulation:
    """Both lists of each subject side by side: who moves, enters or leaves, and which signals did it."""
    draft = _draft(request, matcher)
    source = matcher.served_policies
    against = source.active if request.against is None else source.named(request.against)
    matchmaker = matcher.line.matchmaker
    snapshot = matchmaker.current
    for subject_id in request.subject_ids:
        check_simulated(principal, subject_id, snapshot)
    return Simulation(
        draft=draft.revision,
        against=against.revision,
        snapshot=snapshot.version,
        subjects=tuple(
            _subject(subject_id, moved) for subject_id, moved in simulate(request, draft, against, matchmaker, snapshot)
        ),
    )


def _draft(request: SimulationRequest, matcher: Matcher) -> RankingPolicy:
    if request.revision is not None:
        return matcher.served_policies.named(request.revision)
    assert request.document is not None  # the contract allows exactly one of the two
    return _passing(request.document, matcher)


def _passing(document: PolicyDocument, matcher: Matcher) -> RankingPolicy:
    """A policy that is not stored; its content names it, so that calibrations of two never mix."""
    base = matcher.served_policies.named(document.base)
    policy = policy_of(document, base, "passing", matcher.policies.models)
    return replace(policy, revision=f"passing-{content_hash(resolved_text(policy))[:16]}")


def _subject(subject_id: str, moved: Sequence[Moved]) -> SimulatedSubject:
    changes = [one.change for one in moved]
    return SimulatedSubject(
        subject_id=subject_id,
        matches=tuple(_match(one) for one in moved),
        entered=changes.count(Change.ENTERED),
        left=changes.count(Change.LEFT),
        moved=changes.count(Change.UP) + changes.count(Change.DOWN),
    )


def _match(moved: Moved) -> SimulatedMatch:
    return SimulatedMatch(
        profile_id=moved.new.entry.profile_id,
        title=shown(moved.new.entry).title,
        change=moved.change,
        old_rank=moved.old_rank,
        new_rank=moved.new_rank,
        old_score=moved.old.score,
        new_score=moved.new.score,
        moved_by=moved.moved_by,
    )
