"""Where a revision stands, and which step it may take; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.policy_records import ActivationAction, PolicyState
from shared.kit.errors import Conflict


class PolicyNotEvaluated(Conflict):
    """A revision that nobody has measured becomes active only by force."""

    code = "policy_not_evaluated"


class PolicyRetired(Conflict):
    """A retired revision ranks no more."""

    code = "policy_retired"


class PolicyAlreadyActive(Conflict):
    """It ranks already."""

    code = "policy_already_active"


class PolicyInUse(Conflict):
    """What ranks now, is compared, or comes with the release, is not retired."""

    code = "policy_in_use"


class NothingToRollBack(Conflict):
    """No activation is left to be taken back."""

    code = "nothing_to_roll_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides a revision's state."""

    revision: str
    is_active: bool
    is_retired: bool
    evaluations: int
    is_compared: bool = False
    """In a running comparison."""

    @property
    def state(self) -> PolicyState:
        """Retired before active before evaluated before draft."""
        if self.is_retired:
            return PolicyState.RETIRED
        if self.is_active:
            return PolicyState.ACTIVE
        return PolicyState.EVALUATED if self.evaluations else PolicyState.DRAFT


def check_activation(standing: Standing, *, force: bool) -> bool:
    """Whether the activation is one by force. Raises PolicyRetired, PolicyAlreadyActive, PolicyNotEvaluated."""
    revision = standing.revision
    if standing.is_retired:
        raise PolicyRetired(f"{revision} is retired; draft its document again to use it.")
    if standing.is_active:
        raise PolicyAlreadyActive(f"{revision} is active already.")
    if standing.evaluations == 0 and not force:
        raise PolicyNotEvaluated(
            f"{revision} has no evaluation. Run `liaison evaluate` with it and attach the report, or say "
            '"force": true with the reason; the record will say so.'
        )
    return standing.evaluations == 0


def check_retirement(standing: Standing, *, shipped: str) -> None:
    """Raises PolicyRetired and PolicyInUse."""
    if standing.is_retired:
        raise PolicyRetired(f"{standing.revision} is retired already.")
    if standing.is_active or standing.revision == shipped:
        raise PolicyInUse(f"{standing.revision} ranks now or comes with this release; activate another one first.")
    if standing.is_compared:
        raise PolicyInUse(f"{standing.revision} is in a running comparison; stop that first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of the record, as far as rolling back asks."""

    action: ActivationAction
    revision: str
    previous: str


def rolled_back_to(steps: Sequence[Step]) -> str:
    """The revision that ranked before the newest activation that still stands.

    Each rolling back takes one activation back, so that doing it twice goes two back and not forth again.
    Raises NothingToRollBack.
    """
    standing: list[Step] = []
    for step in steps:
        if step.action is ActivationAction.ACTIVATED:
            standing.append(step)
        else:
            standing.pop()
    if not standing:
        raise NothingToRollBack("No activation is left to be taken back: what ranks is what came with the release.")
    return standing[-1].previous
