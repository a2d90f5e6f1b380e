"""Two policies on live requests on the wire: started, counted, decided or stopped."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Identifier, Line, Share, WireModel
from shared.contracts.explanations import BilingualText
from shared.contracts.policies import PairName
from shared.contracts.policy_records import Reason


class ComparisonState(StrEnum):
    """Where a comparison stands."""

    RUNNING = "running"
    DECIDED_FIRST = "decided_first"
    """Readers prefer the first policy; it ended by itself."""
    DECIDED_SECOND = "decided_second"
    """Readers prefer the second policy; it ended by itself."""
    NO_DIFFERENCE = "no_difference"
    """As many lists as were planned, and no difference shown; it ended by itself."""
    STOPPED = "stopped"
    """Somebody stopped it."""


class ComparisonDraft(WireModel):
    """Two policies, on which requests, and when to stop."""

    first: Identifier
    """A revision; most often what ranks now."""
    second: Identifier
    """The revision that is to show whether it is better."""
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Of the subjects whose requests take part; a subject is always in or always out."""
    kinds: PairName | None = None
    """The pair of kinds that it is about; every pair where it is not given."""
    alpha: Annotated[float, Field(ge=0.0001, le=0.5)] = 0.05
    """Chance, over the whole comparison, that two equal policies are called different."""
    max_decided: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Lists that spoke for either policy after which it ends in any case."""
    by: Line
    reason: Reason
    force: bool = False
    """Also with a revision that nobody has measured; the record says so."""


class Comparison(WireModel):
    """One comparison, and what readers have said so far."""

    id: str
    state: ComparisonState
    first: str
    second: str
    share: float
    kinds: str | None = None
    alpha: float
    max_decided: int
    started_by: str
    reason: str
    started_at: datetime
    is_forced: bool
    """With a revision that nobody had measured."""
    ended_by: str | None = None
    ended_reason: str | None = None
    ended_at: datetime | None = None
    lists: int
    """Recorded answers whose list was drafted from both policies."""
    subjects: int
    """Different subjects that these lists were for."""
    first_wins: int
    """Lists of which more of the first policy's results were chosen."""
    second_wins: int
    ties: int
    """Lists of which as many of either were chosen; a list of which nothing was chosen counts nowhere."""
    preference: Share
    """Share of the won lists that the first policy won; a half where there are none."""
    evidence: float
    """How many times likelier these wins are under some difference than under none; it ends at 1 / alpha."""
    next_step: BilingualText | None = None
    """What an operator may do now; None while it runs. Nothing is ever activated by itself."""


class ComparisonPage(WireModel):
    """Comparisons, newest first."""

    items: tuple[Comparison, ...]
    next_cursor: str | None = None
