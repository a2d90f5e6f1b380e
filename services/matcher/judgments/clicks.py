"""Grades from clicks, corrected for position by clicks over expected clicks; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.matcher.judgments.grades import Derived
from services.matcher.judgments.impressions import Impression
from shared.contracts.golden_sets import JudgmentSource

SMOOTHING_IMPRESSIONS = 20
"""How many impressions the rank above weighs in a rank's rate."""
CLICK_LOG = "click log"
"""The judge of what is derived from everybody's clicks together."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often what stands at a rank is clicked."""

    rank: int
    impressions: int
    clicks: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickedPair:
    """A pair's clicks beside those that its places would have earned anybody."""

    subject_id: str
    target_id: str
    impressions: int
    clicks: int
    expected: float

    @property
    def coec(self) -> float:
        """Clicks over expected clicks; 1 is what the places explain."""
        return self.clicks / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When clicks speak clearly enough."""

    minimum_impressions: int = 10
    minimum_expected_clicks: float = 2.0
    irrelevant_below: float = 0.5
    plausible_from: float = 1.25
    relevant_from: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickGrades:
    """Judgments from clicks, and the pairs without one."""

    judgments: tuple[Derived, ...]
    too_few: int
    undecided: int


def position_rates(impressions: Sequence[Impression]) -> tuple[Rate, ...]:
    """The click rate of every rank that was shown, best rank first.

    Each rate is smoothed with SMOOTHING_IMPRESSIONS pseudo-impressions at the rate of the rank above (the first with
    the rate of the whole log), because low ranks are seldom looked at.
    """
    shown = Counter(one.rank for one in impressions)
    clicked = Counter(one.rank for one in impressions if one.is_clicked)
    above = sum(clicked.values()) / len(impressions) if impressions else 0.0
    rates = []
    for rank in sorted(shown):
        above = (clicked[rank] + SMOOTHING_IMPRESSIONS * above) / (shown[rank] + SMOOTHING_IMPRESSIONS)
        rates.append(Rate(rank=rank, impressions=shown[rank], clicks=clicked[rank], rate=above))
    return tuple(rates)


def clicked_pairs(impressions: Iterable[Impression], rates: Iterable[Rate]) -> tuple[ClickedPair, ...]:
    """COEC(pair) = clicks of the pair / sum of the click rates of the ranks at which it was shown.

    Zhang and Jones 2007 ("Comparing click logs and editorial labels for training query rewriting"); Chapelle and Zhang
    2009 compare it with click models. Rates come from the same log, so a ranking that puts good pairs first makes
    first places look a little more clickable than they are.
    """
    rate_of = {one.rank: one.rate for one in rates}
    shown, clicks, expected = Counter[Pair](), Counter[Pair](), defaultdict[Pair, float](float)
    for one in impressions:
        pair = one.subject_id, one.target_id
        shown[pair] += 1
        clicks[pair] += one.is_clicked
        expected[pair] += rate_of[one.rank]
    return tuple(
        ClickedPair(
            subject_id=pair[0],
            target_id=pair[1],
            impressions=shown[pair],
            clicks=clicks[pair],
            expected=expected[pair],
        )
        for pair in sorted(shown)
    )


def click_grades(pairs: Iterable[ClickedPair], thresholds: Thresholds) -> ClickGrades:
    """Grades 0, 1 or 2 where the clicks suffice and lean to one side."""
    judgments: list[Derived] = []
    too_few = undecided = 0
    for pair in pairs:
        if not _suffices(pair, thresholds):
            too_few += 1
        elif (grade := _grade(pair.coec, thresholds)) is None:
            undecided += 1
        else:
            judgments.append(_derived(pair, grade))
    return ClickGrades(judgments=tuple(judgments), too_few=too_few, undecided=undecided)


def _suffices(pair: ClickedPair, thresholds: Thresholds) -> bool:
    is_seen = pair.impressions >= thresholds.minimum_impressions
    return is_seen and pair.expected >= thresholds.minimum_expected_clicks


def _grade(coec: float, thresholds: Thresholds) -> int | None:
    if coec < thresholds.irrelevant_below:
        return 0
    if coec >= thresholds.relevant_from:
        return 2
    return 1 if coec >= thresholds.plausible_from else None


def _derived(pair: ClickedPair, grade: int) -> Derived:
    figures = f"{pair.clicks} clicks, {pair.expected:.2f} expected in {pair.impressions} impressions"
    return Derived(
        subject_id=pair.subject_id,
        target_id=pair.target_id,
        source=JudgmentSource.CLICKS,
        by=CLICK_LOG,
        grade=grade,
        note=f"COEC {pair.coec:.2f}: {figures}",
    )
