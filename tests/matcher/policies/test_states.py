"""States and steps: no way leads round the evaluation, and rolling back goes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.states import (
    NothingToRollBack,
    PolicyAlreadyActive,
    PolicyInUse,
    PolicyNotEvaluated,
    PolicyRetired,
    Standing,
    Step,
    check_activation,
    check_retirement,
    rolled_back_to,
)
from shared.contracts.policy_records import ActivationAction, PolicyState


def standing(*, active: bool = False, retired: bool = False, evaluations: int = 0) -> Standing:
    return Standing(revision="p-1", is_active=active, is_retired=retired, evaluations=evaluations)


def test_states() -> None:
    assert standing().state is PolicyState.DRAFT
    assert standing(evaluations=2).state is PolicyState.EVALUATED
    assert standing(active=True).state is PolicyState.ACTIVE
    assert standing(retired=True, evaluations=1).state is PolicyState.RETIRED


def test_activation_needs_an_evaluation_or_force_and_says_which() -> None:
    with pytest.raises(PolicyNotEvaluated, match="force"):
        check_activation(standing(), force=False)
    assert check_activation(standing(), force=True) is True
    assert check_activation(standing(evaluations=1), force=False) is False
    assert check_activation(standing(evaluations=1), force=True) is False  # force was not needed
    with pytest.raises(PolicyRetired):
        check_activation(standing(retired=True, evaluations=1), force=True)
    with pytest.raises(PolicyAlreadyActive):
        check_activation(standing(active=True, evaluations=1), force=True)


def test_what_ranks_or_is_shipped_is_not_retired() -> None:
    check_retirement(standing(), shipped="s")
    for refused in (standing(active=True),):
        with pytest.raises(PolicyInUse):
            check_retirement(refused, shipped="s")
    with pytest.raises(PolicyInUse):
        check_retirement(standing(), shipped="p-1")
    with pytest.raises(PolicyRetired):
        check_retirement(standing(retired=True), shipped="s")


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=20))
def test_rolling_back_undoes_activations_like_a_stack(actions: list[str | None]) -> None:
    """None rolls back; the plain model is a stack of what ranked."""
    stack, steps = ["shipped"], list[Step]()
    for action in actions:
        if action is None:
            if len(stack) == 1:
                with pytest.raises(NothingToRollBack):
                    rolled_back_to(steps)
                continue
            back = rolled_back_to(steps)
            assert back == stack[-2]
            steps.append(Step(action=ActivationAction.ROLLED_BACK, revision=back, previous=stack.pop()))
        elif action != stack[-1]:
            steps.append(Step(action=ActivationAction.ACTIVATED, revision=action, previous=stack[-1]))
            stack.append(action)
