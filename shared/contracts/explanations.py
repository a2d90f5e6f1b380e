"""What an answer is made of, for machines and for people: contributions, reasons, rules' answers, evidence."""

from enum import StrEnum

from shared.contracts.base import WireModel
from shared.contracts.vocabularies import Signal


class Side(StrEnum):
    """Whose it is."""

    SUBJECT = "subject"
    TARGET = "target"
    REQUEST = "request"


class RuleSource(StrEnum):
    """Where a rule comes from: written on the profile, read off its attributes, or added by the request."""

    DECLARED = "declared"
    DERIVED = "derived"
    REQUEST = "request"


class Truth(StrEnum):
    """A rule's answer; `unknown` lets pass at a cost and is asked about."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - the opposite of fail


class Contribution(WireModel):
    """One signal's part in a directed score: `contribution == weight * value`, of the neutral value where missing."""

    signal: Signal
    raw: float | None = None
    """As measured, in the signal's own unit (see docs/ranking.md); None where it is missing."""
    value: float
    """In [0, 1]: the measured value on the signal's scale, or the policy's neutral value where it is missing."""
    is_missing: bool = False
    weight: float
    """Negative for a cost."""
    contribution: float


class DirectedScore(WireModel):
    """How well one side's offer covers the other's needs; the contributions add up to the score."""

    score: float
    contributions: tuple[Contribution, ...] = ()
    """Empty where the request asks for `explain: none`."""


class LearnedContribution(WireModel):
    """What one signal adds to a learned score: its SHAP value."""

    needs_of: Side
    """Whose needs the signal speaks of: the subject's in `forward`, the target's in `backward`."""
    signal: Signal
    value: float | None = None
    """In [0, 1]; None where it is missing."""
    contribution: float


class LearnedScore(WireModel):
    """A learned model's score: `expected` and the contributions add up to `margin`; `fused` is 1 / (1 + e^-margin)."""

    model: str
    """Names the model's content."""
    margin: float
    expected: float
    """What the model says of an average pair that it was trained on."""
    contributions: tuple[LearnedContribution, ...] = ()
    """Empty where the request asks for `explain: none`."""


class BilingualText(WireModel):
    """One sentence in both languages."""

    zh: str
    en: str


class ReasonCode(StrEnum):
    """What a reason says; codes are never renamed."""

    MEANING_CLOSE = "meaning_close"
    WORDS_SHARED = "words_shared"
    NEED_FOCUS = "need_focus"
    SAME_SECTOR = "same_sector"
    RELATED_SECTOR = "related_sector"
    SHARED_TAGS = "shared_tags"
    SAME_DISTRICT = "same_district"
    SAME_CITY = "same_city"
    SAME_PROVINCE = "same_province"
    SAME_CLUSTER = "same_cluster"
    SAME_COUNTRY = "same_country"
    REGION_SERVED = "region_served"
    STAGE_FITS = "stage_fits"
    TRL_FITS = "trl_fits"
    AMOUNT_FITS = "amount_fits"
    DEADLINE_AHEAD = "deadline_ahead"
    TRACK_RECORD_IN_SECTOR = "track_record_in_sector"
    TRACK_RECORD_IN_REGION = "track_record_in_region"
    TRACK_RECORD_AT_STAGE = "track_record_at_stage"
    PREFERS_SECTOR = "prefers_sector"
    PREFERS_REGION = "prefers_region"
    PREFERS_STAGE = "prefers_stage"
    PREFERS_KINDRED_SECTORS = "prefers_kindred_sectors"
    PREFERS_KINDRED_REGIONS = "prefers_kindred_regions"
    USUAL_DEAL_SIZE = "usual_deal_size"
    STEADY_PACE = "steady_pace"
    ACTIVE_COUNTERPART = "active_counterpart"
    RECENTLY_ACTIVE = "recently_active"
    ANSWERS_INTRODUCTIONS = "answers_introductions"
    ACCEPTS_INTRODUCTIONS = "accepts_introductions"
    INVESTS_WITH_BACKERS = "invests_with_backers"
    SIGNAL_SPEAKS_FOR_IT = "signal_speaks_for_it"
    """For a signal that has no words of its own; `signal` says which."""
    FACT_MISSING = "fact_missing"
    """In `missing` only; `signal`, `side` and `field` say which fact."""


class Reason(WireModel):
    """One reason with a stable code; `signal` is the contribution it stands on."""

    code: ReasonCode
    signal: Signal
    text: BilingualText
    side: Side | None = None
    """Of a missing fact: whose it is."""
    field: str | None = None
    """Of a missing fact: the field of the profile to fill, such as `ticket`."""


class RuleAnswer(WireModel):
    """One rule and what it said of the counterpart."""

    owner: Side
    source: RuleSource
    answer: Truth
    label: str | None = None
    """The owner's own words for the rule."""
    text: BilingualText
    """The rule, what was found, and for `fail` what would change it."""


class QuestionCode(StrEnum):
    """What a question would settle."""

    RULE_UNKNOWN = "rule_unknown"
    FACT_MISSING = "fact_missing"


class Question(WireModel):
    """The next thing to ask, and whom; answering it can move the score."""

    code: QuestionCode
    ask: Side
    field: str | None = None
    """The attribute that a rule asks of, or the field to fill."""
    text: BilingualText


class Span(WireModel):
    """A stretch of one field of a profile: `field` is a path such as `description` or `needs.2.text`."""

    field: str
    start: int
    end: int
    """Characters from the field's beginning; `end` is exclusive."""
    text: str


class NeedEvidence(WireModel):
    """One need of one side and the stretch of the other's text that answers it best."""

    need: Span
    weight: float
    coverage: float
    """Share of the need's telling words that the passage holds, in [0, 1]."""
    similarity: float | None = None
    """Cosine of the need and a passage that was found by meaning, where no passage holds enough of the need's words."""
    offer: Span | None = None
    """None where no passage of the counterpart speaks of it."""


class Explanation(WireModel):
    """Why each side would say yes, what is not known, and what to ask next."""

    for_subject: tuple[Reason, ...] = ()
    for_target: tuple[Reason, ...] = ()
    missing: tuple[Reason, ...] = ()
    next_question: Question | None = None
    rules: tuple[RuleAnswer, ...] = ()
    """With `explain: summary` those that are unknown; with `full` all."""
    subject_needs: tuple[NeedEvidence, ...] = ()
    """With `explain: full`: the subject's needs and the target's passages."""
    target_needs: tuple[NeedEvidence, ...] = ()
    """With `explain: full`: the target's needs and the subject's passages."""
