"""Digests on the wire: the recommendations of a period in one language, ready to be read or mailed."""

from shared.contracts.base import Identifier, WireModel
from shared.contracts.kinds import Kind
from shared.contracts.recommendations import Period, WhyNow
from shared.contracts.vocabularies import Band, Language

DIGEST_TYPE = "recommendations.digest"
"""What a notification that carries a digest is called."""


class DigestItem(WireModel):
    """One contact in words."""

    rank: int
    recommendation_id: Identifier | None
    profile_id: Identifier
    kind: Kind
    kind_text: str
    title: str
    organisation: str | None
    """None where unknown or where the poster stays anonymous."""
    summary: str | None
    band: Band
    band_text: str
    why_now: WhyNow
    why_now_text: str
    for_you: tuple[str, ...]
    for_them: tuple[str, ...]
    """Without what `for_you` says already."""
    question: str | None
    asks_you: bool = False
    """The reader's own profile leaves it open."""


class Digest(WireModel):
    """A mail's worth of recommendations; holds no contact."""

    profile_id: Identifier
    """The reader."""
    organization_id: Identifier | None = None
    """Whose profile it is: where a notification goes."""
    title: str
    """The reader's own title."""
    language: Language
    period: Period
    period_key: str
    round_id: Identifier | None = None
    """None in a preview."""
    run_id: str | None = None
    personalised: bool
    subject: str
    """The mail's subject line."""
    introduction: str
    items: tuple[DigestItem, ...]
    advice: tuple[str, ...] = ()
    """What to do where there is nothing to recommend."""
    notes: tuple[str, ...]
    """How these were chosen, and how to have them chosen without profiling."""
