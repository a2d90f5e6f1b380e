"""Who saw which pair at which rank, and whether it was clicked; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.matcher.judgments.event import Event
from shared.contracts.feedback import FeedbackType

Ranks = Mapping[str, Mapping[str, int]]
"""By run, then by target: the rank from 1."""
_CLICKS = (FeedbackType.OPENED, FeedbackType.SHORTLISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impression:
    """One person saw one pair once."""

    subject_id: str
    target_id: str
    rank: int
    is_clicked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPairs:
    """Impressions in a fixed order, and the clicks that could not be placed."""

    impressions: tuple[Impression, ...]
    unplaced_clicks: int


def seen_pairs(events: Iterable[Event], ranks: Ranks) -> SeenPairs:
    """One impression for each run, person and pair, however often it was looked at.

    Where the client told what was `shown` of a run, that was seen. Where it told only of clicks, the whole recorded
    list was: whoever clicks looks at a list. An event's own `rank` is taken before that of the record.
    """
    views: defaultdict[tuple[str, str, str], list[Event]] = defaultdict(list)
    unplaced = 0
    for event in sorted(events, key=lambda event: event.event_id):
        if event.type is not FeedbackType.SHOWN and event.type not in _CLICKS:
            continue
        if event.run_id is None:
            unplaced += event.type in _CLICKS
        else:
            views[event.run_id, event.by, event.subject_id].append(event)
    impressions: list[Impression] = []
    for (run_id, _by, subject_id), view in sorted(views.items()):
        seen, lost = _view(subject_id, view, ranks.get(run_id, {}))
        impressions += seen
        unplaced += lost
    return SeenPairs(impressions=tuple(impressions), unplaced_clicks=unplaced)


def _view(subject_id: str, events: Sequence[Event], recorded: Mapping[str, int]) -> tuple[list[Impression], int]:
    """The impressions of one look at one list, and how many clicked targets have no rank."""
    clicked = {event.target_id for event in events if event.type in _CLICKS}
    shown = {event.target_id for event in events if event.type is FeedbackType.SHOWN} or set(recorded)
    told = {event.target_id: event.rank for event in events if event.rank is not None}
    ranks = {**recorded, **told}
    seen = [
        Impression(subject_id=subject_id, target_id=target, rank=ranks[target], is_clicked=target in clicked)
        for target in sorted(shown | clicked)
        if target in ranks
    ]
    return seen, len(clicked - ranks.keys())
