"""Who is recommended next: what is new first, then everybody in turn; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.contracts.recommendations import WhyNow
from shared.contracts.vocabularies import Band

CLEARLY_BETTER = 0.05
"""By how much a score must have risen since the last round to be news without reaching a higher band."""
_BANDS = (Band.HIGH, Band.MEDIUM, Band.LOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A match that may be recommended."""

    target_id: str
    revision: int
    score: float
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A match as it stood when the last round was made, recommended or not."""

    reader_revision: int
    revision: int
    score: float
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """How often a target was recommended to the reader, and when last."""

    times: int
    last_at: datetime
    unanswered: int
    """Times since the reader last showed interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the reader was given before."""

    seen: Mapping[str, Seen] = field(default_factory=dict)
    """By target: the matches of the last round."""
    given: Mapping[str, Given] = field(default_factory=dict)
    """By target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A candidate with why it has its place."""

    candidate: Candidate
    why_now: WhyNow
    given: Given | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The list, and how many were left to rest."""

    choices: tuple[Choice, ...]
    resting: int


def choose(
    candidates: Sequence[Candidate], history: History, *, reader_revision: int, places: int, most_repeats: int
) -> Chosen:
    """The best news, then the others in turn: by band, least often given, longest ago, score; ties by id.

    In turn, a band is never passed over for a lower one. News of a lower band than the best in turn get half of the
    places at most, so that poor news never push clearly better contacts out of the list. Who was given `most_repeats`
    times without an answer rests until it is news.
    """
    options = [_option(one, history, reader_revision) for one in candidates]
    news = sorted((one for one in options if _is_news(one)), key=_by_score)
    old = [one for one in options if not _is_news(one)]
    in_turn = sorted((one for one in old if _unanswered(one) < most_repeats), key=_by_turn)
    return Chosen(choices=tuple(_placed(news, in_turn, places)), resting=len(old) - len(in_turn))


def _option(candidate: Candidate, history: History, reader_revision: int) -> Choice:
    given = history.given.get(candidate.target_id)
    seen = history.seen.get(candidate.target_id)
    if seen is None:
        why = WhyNow.NEW if given is None else WhyNow.AGAIN  # it left and came back: no news to who was told of it
    elif _has_improved(candidate, seen, reader_revision):
        why = WhyNow.IMPROVED
    else:
        why = WhyNow.WAITING if given is None else WhyNow.AGAIN
    return Choice(candidate=candidate, why_now=why, given=given)


def _has_improved(candidate: Candidate, seen: Seen, reader_revision: int) -> bool:
    """An edit alone is no news, or whoever edits daily would always come first; a better match because of it is."""
    is_revised = (candidate.revision, reader_revision) != (seen.revision, seen.reader_revision)
    is_better = candidate.score >= seen.score + CLEARLY_BETTER or _place(candidate.band) < _place(seen.band)
    return is_revised and is_better


def _placed(news: Sequence[Choice], in_turn: Sequence[Choice], places: int) -> list[Choice]:
    """News first; of a lower band than the best in turn, half of the places at most before the others' turn."""
    best = _place(in_turn[0].candidate.band) if in_turn else len(_BANDS)
    good = [one for one in news if _place(one.candidate.band) <= best]
    poor = [one for one in news if _place(one.candidate.band) > best]
    room = places // 2
    return [*good, *poor[:room], *sorted((*in_turn, *poor[room:]), key=_by_turn)][:places]


def _is_news(choice: Choice) -> bool:
    return choice.why_now in (WhyNow.NEW, WhyNow.IMPROVED)


def _unanswered(choice: Choice) -> int:
    return choice.given.unanswered if choice.given else 0


def _by_score(choice: Choice) -> tuple[int, float, str]:
    candidate = choice.candidate
    return _place(candidate.band), -candidate.score, candidate.target_id


def _by_turn(choice: Choice) -> tuple[int, int, float, float, str]:
    candidate, given = choice.candidate, choice.given
    times, last = (given.times, given.last_at.timestamp()) if given else (0, 0.0)
    return _place(candidate.band), times, last, -candidate.score, candidate.target_id


def _place(band: Band) -> int:
    return _BANDS.index(band)
