"""Where the matchmaker gets the policy of a request from."""

from typing import Protocol

from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.problems import FieldProblem
from shared.kit.errors import NotFound


class PolicyNotFound(NotFound):
    """No revision of a policy has this name."""

    code = "policy_not_found"

    def __init__(self, revision: str, *, field: str = "policy") -> None:
        fix = "Use a revision that GET /v1/policies lists"
        fix += ", or leave the field out for the active policy." if field == "policy" else "."
        super().__init__(
            f"{field}: no revision {revision!r}. {fix}",
            errors=(FieldProblem(field=field, message="unknown", fix=fix),),
        )


class PolicySource(Protocol):
    """Policies by revision; a revision never changes."""

    @property
    def active(self) -> RankingPolicy:
        """What ranks where a request names no policy."""
        ...

    def named(self, revision: str) -> RankingPolicy:
        """Raises PolicyNotFound."""
        ...


class OnePolicy:
    """A PolicySource of one policy, always active."""

    def __init__(self, policy: RankingPolicy) -> None:
        self._policy = policy

    @property
    def active(self) -> RankingPolicy:
        """The one."""
        return self._policy

    def named(self, revision: str) -> RankingPolicy:
        """The one, by its own name. Raises PolicyNotFound."""
        if revision != self._policy.revision:
            raise PolicyNotFound(revision)
        return self._policy
