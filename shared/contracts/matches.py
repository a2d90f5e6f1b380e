"""Match requests and answers on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from shared.contracts.base import Identifier, LongText, Share, WireModel
from shared.contracts.explanations import DirectedScore, Explanation, LearnedScore, RuleAnswer
from shared.contracts.profiles import Kind, Profile
from shared.contracts.rules import Condition, Rule
from shared.contracts.vocabularies import Band, Explain, Fusion, Language, MoveReason


class InlineText(WireModel):
    """Free text to match with no stored profile behind it."""

    text: Annotated[LongText, Field(min_length=1)]
    kind: Kind = Kind.RD_DEMAND
    language: Language | None = None


class RerankOptions(WireModel):
    """What may move a match after it is scored; everything is off where it is not given."""

    max_per_organisation: Annotated[int, Field(ge=1, le=200)] | None = None
    """No more matches than this of one organisation."""
    diversity: Share = 0.0
    """0 ranks by score alone; above, near-duplicates of better matches give way (maximal marginal relevance)."""
    newcomer_share: Share = 0.0
    """Share of the places kept for profiles with hardly any track record, as far as they reach the floor."""
    respect_capacity: bool = False
    """Leave out targets that earlier requests of the same batch were proposed as often as their capacity allows."""
    exposure_cap: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Leave out targets that stood in more recorded answers than this; needs `record_run`."""


class MatchRequest(WireModel):
    """Exactly one subject: a stored profile's id, free text, or a whole profile sent along."""

    subject_id: Identifier | None = None
    text: InlineText | None = None
    profile: Profile | None = None
    target_kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=5)]
    limit: Annotated[int, Field(ge=1, le=200)] = 10
    filters: Annotated[tuple[Condition, ...], Field(max_length=20)] = ()
    """Strict: a counterpart is proposed only where each is known to hold."""
    rules: Annotated[tuple[Rule, ...], Field(max_length=20)] = ()
    """Added to the subject's own rules: what fails is out, what is unknown stays at a cost and is asked about."""
    explain: Explain = Explain.SUMMARY
    policy: Identifier | None = None
    """The revision of the ranking policy; the active one where it is not given."""
    fusion: Fusion | None = None
    """How the two directed scores become one; the policy's where it is not given."""
    floor: Share | None = None
    """Nothing below this score is returned; the policy's where it is not given, 0 for all."""
    as_of: date | None = None
    """The day that deadlines and validity are judged on; where it is not given they are not judged."""
    rerank: RerankOptions = RerankOptions()
    personalised: bool = True
    """False: nothing that the subject did before counts (track record, others' investments in it), only what its
    profile states."""
    near_misses: Annotated[int, Field(ge=0, le=20)] = 0
    """How many counterparts that fail exactly one rule to name, with what would mend it."""
    record_run: bool = True
    """Keep the answer for `GET /v1/match-runs/{id}`."""
    min_feed_seq: Annotated[int, Field(ge=0, le=2**62)] | None = None
    """Answer only from a snapshot that has read the feed this far (read your writes): waits for it a
    moment, else 503 with Retry-After."""

    @model_validator(mode="after")
    def _one_subject(self) -> "MatchRequest":
        given = [name for name in ("subject_id", "text", "profile") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of subject_id, text, profile; got {given or 'none'}")
        return self


class Move(WireModel):
    """One step of reranking: from the rank by score to the rank it has, or out."""

    reason: MoveReason
    from_rank: int
    to_rank: int | None = None
    """None where the profile was left out."""


class Match(WireModel):
    """One proposed counterpart."""

    rank: int
    profile_id: Identifier
    revision: int
    kind: Kind
    title: str
    organisation: str | None = None
    """None where unknown or where the poster stays anonymous."""
    summary: str | None = None
    language: Language | None = None
    score: float
    """In [0, 1], calibrated against random pairs of this corpus: .55 is better than 99 of 100 of them."""
    band: Band
    fused: float
    """The two directed scores as one, before calibration."""
    forward: DirectedScore
    """How well the target's offer covers the subject's needs."""
    backward: DirectedScore
    """How well the subject's offer covers the target's needs."""
    learned: LearnedScore | None = None
    """Where the policy names a learned model for the pair: what its score, which decides, is made of."""
    explanation: Explanation | None = None
    move: Move | None = None


class NearMiss(WireModel):
    """A counterpart that fails exactly one rule, and the rule."""

    profile_id: Identifier
    kind: Kind
    title: str
    organisation: str | None = None
    score: float
    """What it would have scored."""
    rule: RuleAnswer


class LeftOut(WireModel):
    """A counterpart that reranking took out of the list."""

    profile_id: Identifier
    score: float
    move: Move


class ComparedPolicies(WireModel):
    """The running comparison that an answer is part of; whose result each is stays untold."""

    id: str
    first: str
    second: str


class Provenance(WireModel):
    """The versions that make an answer repeatable."""

    policy: str
    """A revision; the two of a comparison with `+` between them."""
    model: str
    snapshot: str
    feed_seq: int
    as_of: date | None = None
    priors: str | None = Field(default=None, exclude_if=lambda priors: priors is None)
    """What people answered so far, as far as it counts in scores; only once somebody was asked."""
    comparison: ComparedPolicies | None = Field(default=None, exclude_if=lambda comparison: comparison is None)
    """Only in answers whose list was drafted from two policies; all others are as if there were no comparisons."""


class MatchResponse(WireModel):
    """Matches, best first, and how many profiles were eligible."""

    run_id: str
    """Names the request and the versions it was answered from; equal ids have equal answers."""
    matches: tuple[Match, ...]
    eligible: int
    left_out: tuple[LeftOut, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    personalised: bool = True
    """Whether what the subject did before counted, as the request asked."""
    provenance: Provenance


class MatchBatchRequest(WireModel):
    """Several requests answered from one snapshot."""

    requests: Annotated[tuple[MatchRequest, ...], Field(min_length=1, max_length=64)]


class MatchBatchResponse(WireModel):
    """One answer a request, in their order."""

    responses: tuple[MatchResponse, ...]


class VectorStatus(WireModel):
    """What searches the vectors."""

    backend: str
    """As the settings name it."""
    is_placed: bool
    """The backend holds all vectors that are served; otherwise the matcher itself searches them."""
    searches: int
    """Answered by a vector database, of the bases that are served now."""
    local_searches: int
    """Answered by the matcher in its stead."""


class MatcherStatus(WireModel):
    """What the matcher serves and how far it is behind the catalog."""

    is_ready: bool
    model: str
    snapshot: str
    documents: int
    feed_seq: int
    latest_seq: int
    lag: int
    """Feed positions between the newest change known of and the snapshot."""
    is_catalog_reachable: bool
    is_database_available: bool = True
    """The matcher's own; matches need it not."""
    seconds_behind: float = 0
    """Since the snapshot was last known to hold everything that the catalog has told; 0 while it does."""
    degraded: tuple[str, ...] = ()
    """What is away or behind, as matches tell it in `Liaison-Degraded`; empty in normal service."""
    vectors: VectorStatus
