"""From the stored feedback to the judgments of one golden set."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.matcher import run_repository
from services.matcher.judgments import repository
from services.matcher.judgments.clicks import Rate, Thresholds, click_grades, clicked_pairs, position_rates
from services.matcher.judgments.event import Event
from services.matcher.judgments.feedback_repository import all_events
from services.matcher.judgments.grades import Derived, outcome_grades, response_grades
from services.matcher.judgments.impressions import seen_pairs
from shared.contracts.golden_sets import JudgmentSource
from shared.contracts.kinds import Kind
from shared.kit.database import ReadSession

_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """What feedback says about the pairs of two kinds, and why the rest of it says nothing."""

    judgments: tuple[Derived, ...]
    events: int
    without_grade: int
    unplaced_clicks: int
    too_few_impressions: int
    undecided: int
    rates: tuple[Rate, ...]


def derive(
    session: ReadSession, kinds: tuple[Kind, Kind], sources: Sequence[JudgmentSource], thresholds: Thresholds
) -> Derivation:
    """Judgments of the asked sources for pairs of a subject kind and a target kind.

    Click rates by position are taken from all kinds together: a place on a list is looked at whatever stands there.
    """
    events = all_events(session)
    between = _between(session, events, kinds)
    pairs = {(event.subject_id, event.target_id) for event in between}
    seen = seen_pairs(events, recorded_ranks(session, events))
    rates = position_rates(seen.impressions)
    pairs |= _pairs_of(session, {(one.subject_id, one.target_id) for one in seen.impressions}, kinds)
    clicked = [pair for pair in clicked_pairs(seen.impressions, rates) if (pair.subject_id, pair.target_id) in pairs]
    clicks = click_grades(clicked, thresholds)
    responses, outcomes = response_grades(between), outcome_grades(between)
    judgments = (*outcomes.judgments, *responses.judgments, *clicks.judgments)
    return Derivation(
        judgments=tuple(one for one in judgments if one.source in sources),
        events=len(between),
        without_grade=responses.without_grade + outcomes.without_grade,
        unplaced_clicks=seen.unplaced_clicks,
        too_few_impressions=clicks.too_few,
        undecided=clicks.undecided,
        rates=rates,
    )


def recorded_ranks(session: ReadSession, events: Iterable[Event]) -> dict[str, dict[str, int]]:
    """Rank by target of every run that an event names and that is still recorded."""
    run_ids = sorted({event.run_id for event in events if event.run_id is not None})
    ranks: dict[str, dict[str, int]] = {}
    for start in range(0, len(run_ids), _BATCH):
        for run_id, packed in run_repository.answers(session, run_ids[start : start + _BATCH]).items():
            answer = json.loads(zlib.decompress(packed))
            ranks[run_id] = {match["profile_id"]: match["rank"] for match in answer["matches"]}
    return ranks


def _between(session: ReadSession, events: Sequence[Event], kinds: tuple[Kind, Kind]) -> list[Event]:
    pairs = _pairs_of(session, {(event.subject_id, event.target_id) for event in events}, kinds)
    return [event for event in events if (event.subject_id, event.target_id) in pairs]


def _pairs_of(session: ReadSession, pairs: set[tuple[str, str]], kinds: tuple[Kind, Kind]) -> set[tuple[str, str]]:
    """Those of the pairs whose profiles are of the two kinds, in this order."""
    rows = repository.documents(session, {profile_id for pair in pairs for profile_id in pair})
    kind_of = {profile_id: json.loads(row.profile_json)["kind"] for profile_id, row in rows.items()}
    return {pair for pair in pairs if (kind_of.get(pair[0]), kind_of.get(pair[1])) == kinds}
