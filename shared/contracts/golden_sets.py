"""Golden sets on the wire: judged pairs, kept apart by who said so and how."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Clean, Line, Paragraph, WireModel
from shared.contracts.kinds import Kind

MAX_GRADE = 3
Grade = Annotated[int, Field(ge=0, le=MAX_GRADE, description="0 does not fit, 1 plausible, 2 fits, 3 proven")]
PairId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\S+$"), Clean]
"""Without spaces inside: TREC's columns are separated by them."""
JudgeName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Clean]


class JudgmentSource(StrEnum):
    """Where a judgment comes from, the most trusted first."""

    MANUAL = "manual"
    """Somebody looked at the pair and graded it."""
    OUTCOME = "outcome"
    """What came of it."""
    RESPONSE = "response"
    """It was accepted, or declined for a reason that speaks of fit."""
    CLICKS = "clicks"
    """It was opened more, or less, often than its places on the lists explain."""


class GoldenSetDraft(WireModel):
    """A new golden set."""

    name: Line
    """Unique."""
    subject_kind: Kind
    target_kind: Kind
    description: Paragraph = ""


class GoldenSet(WireModel):
    """A golden set and how many judgments each source gave it."""

    id: str
    name: str
    subject_kind: Kind
    target_kind: Kind
    description: str
    created_at: datetime
    is_archived: bool
    judgments: dict[JudgmentSource, int]


class GoldenSetPage(WireModel):
    """Sets by name."""

    items: tuple[GoldenSet, ...]
    next_cursor: str | None


class JudgmentDraft(WireModel):
    """A pair judged by hand; the same judge's earlier judgment of the pair is replaced."""

    subject_id: PairId
    target_id: PairId
    grade: Grade
    note: Paragraph | None = None
    by: JudgeName


class Judgment(WireModel):
    """One judgment: a set holds one for each pair, source and judge."""

    subject_id: str
    target_id: str
    grade: Grade
    source: JudgmentSource
    by: str
    note: str | None = None
    """For clicks, the figures behind the grade."""
    at: datetime


class JudgmentPage(WireModel):
    """Judgments by pair, source and judge."""

    items: tuple[Judgment, ...]
    next_cursor: str | None


class JudgmentFormat(StrEnum):
    """How judgments stand in a file."""

    QRELS = "qrels"
    """TREC: subject, 0, target, grade; three columns without the 0 are read too."""
    CSV = "csv"
    """A header and subject_id, target_id, grade, note, by, source."""


class ImportedJudgments(WireModel):
    """What an import did."""

    rows: int
    created: int
    replaced: int
    unchanged: int
    unknown_subjects: int
    """Ids that this matcher holds no active profile for; they are kept, and count once it does."""
    unknown_targets: int


class DeriveRequest(WireModel):
    """What to make judgments of, and how sure clicks must be."""

    sources: tuple[JudgmentSource, ...] = (JudgmentSource.OUTCOME, JudgmentSource.RESPONSE, JudgmentSource.CLICKS)
    minimum_impressions: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    """A pair shown less often gets no judgment from clicks."""
    minimum_expected_clicks: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 2.0
    """Nor one whose places would have earned fewer clicks than this: a single click would decide."""
    irrelevant_below: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    """Clicks over expected clicks below this: grade 0."""
    plausible_from: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] = 1.25
    """From this on: grade 1."""
    relevant_from: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] = 2.0
    """From this on: grade 2. Clicks never give 3."""


class PositionRate(WireModel):
    """How often what stood at a rank was clicked, over the whole log."""

    rank: int
    impressions: int
    clicks: int
    rate: float
    """Smoothed towards the rank above."""


class DerivedJudgments(WireModel):
    """What was derived, and why the rest was not."""

    judgments: dict[JudgmentSource, int]
    replaced: int
    """Derived judgments of the same sources that stood there before."""
    events: int
    """Events between the kinds of this set."""
    without_grade: int
    """Answers and outcomes that say nothing about fit, such as declined for being busy."""
    unplaced_clicks: int
    """Clicks whose rank is not known: no run, or one that is not recorded any more."""
    too_few_impressions: int
    """Pairs that were shown too seldom."""
    undecided: int
    """Pairs clicked about as often as expected."""
    position_rates: tuple[PositionRate, ...]
