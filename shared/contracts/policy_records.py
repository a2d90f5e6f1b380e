"""The life of a ranking policy on the wire: drafted, evaluated, activated, rolled back, retired."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import StringConstraints

from shared.contracts.base import Clean, Identifier, Line, Paragraph, WireModel
from shared.contracts.policies import PolicyDocument

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), Clean]


class PolicyState(StrEnum):
    """Where a revision stands."""

    DRAFT = "draft"
    """Nobody has measured it."""
    EVALUATED = "evaluated"
    """Measured at least once, and not what ranks now."""
    ACTIVE = "active"
    """What ranks where a request names no policy."""
    RETIRED = "retired"
    """Kept for the answers it gave; cannot become active any more."""


class PolicyDraft(WireModel):
    """A new revision."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$")] = "policy"
    """The revision is this and a number: `policy-7`."""
    document: PolicyDocument
    by: Line
    """Who drafts it."""


class EvaluationDraft(WireModel):
    """What `liaison evaluate --json` found of a revision."""

    report: dict[str, Any]
    """The whole report."""
    ranking: Identifier = "served"
    """The name in the report under which this revision was measured."""
    by: Line
    note: Paragraph | None = None


class EvaluationSummary(WireModel):
    """One set of an evaluation, in short."""

    set_name: str
    queries: int
    ndcg_at_10: float
    best_other: float | None = None
    """nDCG@10 of the best of the other rankings in the report."""


class PolicyEvaluation(WireModel):
    """One evaluation of a revision, kept as it was reported."""

    id: str
    revision: str
    ranking: str
    by: str
    at: datetime
    note: str | None = None
    sets: tuple[EvaluationSummary, ...]


class ActivationRequest(WireModel):
    """Who makes a revision active, why, and on which evaluation."""

    by: Line
    reason: Reason
    evaluation_id: Identifier | None = None
    """The newest evaluation of the revision where it is not given."""
    force: bool = False
    """Activate without any evaluation; the record says so."""


class PolicyDecision(WireModel):
    """Who takes a step back, or retires a revision, and why."""

    by: Line
    reason: Reason


class ActivationAction(StrEnum):
    """How a revision became active."""

    ACTIVATED = "activated"
    ROLLED_BACK = "rolled_back"


class Activation(WireModel):
    """One entry of the record of what ranked when."""

    number: int
    action: ActivationAction
    revision: str
    """What ranks from here on."""
    previous: str
    """What ranked before."""
    evaluation_id: str | None = None
    is_forced: bool
    """Activated without an evaluation."""
    by: str
    reason: str
    at: datetime


class PolicyRevision(WireModel):
    """One immutable revision, and where it stands."""

    revision: str
    state: PolicyState
    document: PolicyDocument
    """As it was drafted; of the shipped policy, everything it says."""
    created_by: str
    created_at: datetime
    evaluations: tuple[PolicyEvaluation, ...] = ()
    retired_by: str | None = None
    retired_reason: str | None = None


class PolicyPage(WireModel):
    """Revisions, newest first."""

    items: tuple[PolicyRevision, ...]
    next_cursor: str | None = None


class ActivationPage(WireModel):
    """Activations, newest first."""

    items: tuple[Activation, ...]
    next_cursor: str | None = None
