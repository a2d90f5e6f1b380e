"""Plans a round: who of a reader's matches is recommended now, from what the store knows of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.recommendations import repository
from services.matcher.recommendations.limits import Limits
from services.matcher.recommendations.periods import period_start
from services.matcher.recommendations.question import Ranked
from services.matcher.recommendations.records import Item, Round, RoundKey, SeenMatch, pack_seen, unpack_seen
from services.matcher.recommendations.rotation import Candidate, Choice, History, Seen, choose
from services.matcher.scoring.calibration import band_of
from shared.contracts.matches import Match, MatchRequest, Provenance
from shared.contracts.recommendations import Channel, HeldBack
from shared.kit.database import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Chosen matches as they go out, with the versions they stand on and the run that names them."""

    matches: tuple[Match, ...]
    provenance: Provenance
    run_id: str | None


MatchWriter = Callable[[MatchRequest, Answer, Sequence[ScoredMatch]], Written]
"""Writes and explains matches in this order; the request is as the ranking was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A round that is not kept yet, and the packed matches that it was chosen from."""

    round: Round
    seen: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store says of a reader and its matches."""

    seen: Mapping[str, SeenMatch]
    history: History
    since: datetime | None
    refused: set[str]
    taken: Mapping[str, int]
    places_left: int


def plan(
    session: ReadSession,
    *,
    key: RoundKey,
    ranking: Ranked,
    now: datetime,
    limit: int | None,
    channel: Channel,
    limits: Limits,
    write: MatchWriter,
) -> Planned:
    """The round of a reader and period as it would be made now."""
    matches, answer = ranking.answer.arranged.matches, ranking.answer
    known = _known(session, key, [one.entry.profile_id for one in matches], now, limits)
    able, held_back = _able(matches, answer, known, limits)
    chosen = choose(
        [_candidate(one, answer) for one in able],
        known.history,
        reader_revision=answer.subject.entry.revision,
        places=known.places_left if limit is None else min(limit, known.places_left),
        most_repeats=limits.repeats,
    )
    by_id = {one.entry.profile_id: one for one in able}
    written = write(ranking.request, answer, [by_id[choice.candidate.target_id] for choice in chosen.choices])
    planned = Round(
        key=key,
        channel=channel,
        since=known.since,
        given_at=None,
        run_id=written.run_id,
        provenance=written.provenance,
        held_back=held_back.model_copy(update={"resting": chosen.resting}),
        items=tuple(_item(*pair) for pair in zip(chosen.choices, written.matches, strict=True)),
    )
    return Planned(round=planned, seen=pack_seen(_seen_now(matches, ranking, known.seen)))


def _known(session: ReadSession, key: RoundKey, targets: Sequence[str], now: datetime, limits: Limits) -> _Known:
    last = repository.last_round(session, key.reader_id, is_personalised=key.is_personalised)
    seen = {} if last is None else unpack_seen(last[1])
    given = repository.given_to(session, key.reader_id, counts_interest=key.is_personalised)
    since = period_start(key.period, now)
    return _Known(
        seen=seen,
        history=History(seen={target_id: one.seen for target_id, one in seen.items()}, given=given),
        since=None if last is None else last[0],
        refused=repository.refused(session, key.reader_id, targets),
        taken=repository.taken(session, targets, reader_id=key.reader_id, since=since),
        places_left=max(0, limits.quota - repository.given_in(session, key.reader_id, key.period_key)),
    )


def _able(
    matches: Sequence[ScoredMatch], answer: Answer, known: _Known, limits: Limits
) -> tuple[list[ScoredMatch], HeldBack]:
    """Those that may be recommended at all; the first reason that speaks against one counts."""
    owner = answer.subject.entry.owner()
    able, held = [], dict.fromkeys(("dismissed", "same_owner", "at_capacity"), 0)
    for one in matches:
        capacity = limits.readers if one.entry.facts.capacity is None else one.entry.facts.capacity
        if one.entry.profile_id in known.refused:
            held["dismissed"] += 1
        elif owner is not None and one.entry.owner() == owner:
            held["same_owner"] += 1
        elif known.taken.get(one.entry.profile_id, 0) >= capacity:
            held["at_capacity"] += 1
        else:
            able.append(one)
    return able, HeldBack(**held)


def _seen_now(matches: Sequence[ScoredMatch], ranking: Ranked, before: Mapping[str, SeenMatch]) -> dict[str, SeenMatch]:
    """All matches of now, and those of before of the kinds that were not asked for."""
    kept = {name: one for name, one in before.items() if one.kind not in ranking.request.target_kinds}
    revision = ranking.answer.subject.entry.revision
    return kept | {one.entry.profile_id: _seen(one, ranking.answer, revision) for one in matches}


def _seen(one: ScoredMatch, answer: Answer, reader_revision: int) -> SeenMatch:
    band = band_of(one.score, answer.policy)
    seen = Seen(reader_revision=reader_revision, revision=one.entry.revision, score=one.score, band=band)
    return SeenMatch(kind=one.entry.attributes.kind, seen=seen)


def _candidate(one: ScoredMatch, answer: Answer) -> Candidate:
    return Candidate(
        target_id=one.entry.profile_id,
        revision=one.entry.revision,
        score=one.score,
        band=band_of(one.score, answer.policy),
    )


def _item(choice: Choice, match: Match) -> Item:
    return Item(
        recommendation_id=None,
        why_now=choice.why_now,
        times_given=choice.given.times if choice.given else 0,
        last_given_at=choice.given.last_at if choice.given else None,
        match=match,
    )
