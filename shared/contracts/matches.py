"""Match requests and answers on the wire."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.contracts.base import Identifier, LongText, WireModel
from shared.contracts.filters import Filter
from shared.contracts.profiles import Kind, Profile
from shared.contracts.vocabularies import Language


class InlineText(WireModel):
    """Free text to match with no stored profile behind it."""

    text: Annotated[LongText, Field(min_length=1)]
    kind: Kind = Kind.RD_DEMAND
    language: Language | None = None


class MatchRequest(WireModel):
    """Exactly one subject: a stored profile's id, free text, or a whole profile sent along."""

    subject_id: Identifier | None = None
    text: InlineText | None = None
    profile: Profile | None = None
    target_kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=5)]
    limit: Annotated[int, Field(ge=1, le=200)] = 10
    filters: Annotated[tuple[Filter, ...], Field(max_length=20)] = ()
    min_feed_seq: Annotated[int, Field(ge=0, le=2**62)] | None = None
    """Answer only from a snapshot that has read the feed this far (read your writes); else 503 with Retry-After."""

    @model_validator(mode="after")
    def _one_subject(self) -> "MatchRequest":
        given = [name for name in ("subject_id", "text", "profile") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of subject_id, text, profile; got {given or 'none'}")
        return self


class LegScore(WireModel):
    """One retrieval leg of a match: `contribution == weight * normalised`."""

    raw: float
    """Dense: cosine similarity. Lexical: BM25."""
    normalised: float
    weight: float
    contribution: float


class MatchLegs(WireModel):
    """Both legs; their contributions add up to the match's score."""

    dense: LegScore
    lexical: LegScore


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
    """In [0, 1]; the sum of the legs' contributions."""
    legs: MatchLegs


class Provenance(WireModel):
    """The versions that make an answer repeatable."""

    policy: str
    model: str
    snapshot: str
    feed_seq: int


class MatchResponse(WireModel):
    """Matches, best first, and how many profiles were eligible."""

    matches: tuple[Match, ...]
    eligible: int
    provenance: Provenance


class MatchBatchRequest(WireModel):
    """Several requests answered from one snapshot."""

    requests: Annotated[tuple[MatchRequest, ...], Field(min_length=1, max_length=64)]


class MatchBatchResponse(WireModel):
    """One answer a request, in their order."""

    responses: tuple[MatchResponse, ...]


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
