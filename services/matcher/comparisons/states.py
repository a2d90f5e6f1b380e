"""What may be compared, and where a comparison stands; pure."""

from collections.abc import Collection
from itertools import combinations_with_replacement

from services.matcher.interleaving.sequential import Decision
from services.matcher.matching.comparison_source import Pair
from shared.contracts.comparisons import ComparisonState
from shared.contracts.explanations import BilingualText
from shared.contracts.policy_records import PolicyRevision, PolicyState
from shared.contracts.problems import FieldProblem
from shared.contracts.profiles import Kind
from shared.kit.errors import Conflict, InvalidRequest, NotFound

DECIDED = {
    Decision.FIRST: ComparisonState.DECIDED_FIRST,
    Decision.SECOND: ComparisonState.DECIDED_SECOND,
    Decision.NO_DIFFERENCE: ComparisonState.NO_DIFFERENCE,
}


class ComparisonNotFound(NotFound):
    """No comparison has this id."""

    code = "comparison_not_found"


class SamePolicy(InvalidRequest):
    """A policy is not compared with itself."""

    code = "same_policy"


class PolicyNotComparable(Conflict):
    """The revision is retired, or nobody has measured it."""

    code = "policy_not_comparable"


class ComparisonRunning(Conflict):
    """Another comparison holds the pair of kinds."""

    code = "comparison_running"


class ComparisonEnded(Conflict):
    """It runs no more."""

    code = "comparison_ended"


class ComparisonChangedMeanwhile(Conflict):
    """Somebody else started or ended a comparison at the same moment."""

    code = "comparison_changed_meanwhile"


def check_comparable(policies: Collection[tuple[str, PolicyRevision]], *, force: bool) -> bool:
    """Whether the comparison is one by force; policies come with the field that named them.

    Raises SamePolicy and PolicyNotComparable: what nobody has measured meets readers only on somebody's word.
    """
    if len({policy.revision for _, policy in policies}) < len(policies):
        raise SamePolicy(
            "first and second are the same revision; name two.",
            errors=(FieldProblem(field="second", message="the same as first", fix="Name another revision."),),
        )
    for field, policy in policies:
        if policy.state is PolicyState.RETIRED:
            raise _refused(field, policy, "is retired", "Draft its document again to use it.")
        if policy.state is PolicyState.DRAFT and not force:
            fix = 'Attach an evaluation, or say "force": true; the record will say so.'
            raise _refused(field, policy, "has no evaluation", fix)
    return any(policy.state is PolicyState.DRAFT for _, policy in policies)


def pair_name(pair: Pair) -> str:
    """`one+other`, in alphabetic order."""
    kinds = sorted(pair)
    return f"{kinds[0]}+{kinds[-1]}"


def pairs_of(kinds: str | None) -> frozenset[Pair]:
    """The pairs that a comparison holds: the one it names, in whatever order, or all."""
    if kinds is not None:
        return frozenset({frozenset(Kind(kind) for kind in kinds.split("+"))})
    return frozenset(frozenset(pair) for pair in combinations_with_replacement(Kind, 2))


def next_step(state: ComparisonState, *, winner: PolicyRevision | None) -> BilingualText | None:
    """What an operator may do after the end; `winner` is the policy that readers preferred, if there is one."""
    if state is ComparisonState.RUNNING:
        return None
    if state is ComparisonState.STOPPED:
        return BilingualText(
            zh="比较已中止，没有结论。当前生效的策略继续使用；可以重新开始。",
            en="It was stopped undecided. What ranks goes on ranking; it may be started anew.",
        )
    if winner is None:
        return BilingualText(
            zh="没有显示出差异，当前生效的策略继续使用。",
            en="No difference was shown. What ranks goes on ranking; nothing has to be done.",
        )
    if winner.state is PolicyState.ACTIVE:
        return BilingualText(
            zh=f"用户更偏好 {winner.revision}，它已在使用中，无需操作。",
            en=f"Readers prefer {winner.revision}, which ranks already; nothing has to be done.",
        )
    force = "" if winner.evaluations else " --force"
    command = f'liaison policy activate {winner.revision} --by NAME --reason "..."{force}'
    return BilingualText(
        zh=f"用户更偏好 {winner.revision}。如要启用，请运行：{command}",
        en=f"Readers prefer {winner.revision}. To have it rank: {command}",
    )


def _refused(field: str, policy: PolicyRevision, message: str, fix: str) -> PolicyNotComparable:
    return PolicyNotComparable(
        f"{field}: {policy.revision} {message}. {fix}",
        errors=(FieldProblem(field=field, message=message, fix=fix),),
    )
