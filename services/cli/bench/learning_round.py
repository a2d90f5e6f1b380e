"""One round: lists are made and looked at, some ask, some answer, some meet; and all of it as feedback."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from services.cli.bench.learning_people import People, broken_limit
from services.cli.bench.market import Matrix
from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.event import Event
from services.matcher.scoring.exposure import attention_by_rank
from services.matcher.scoring.rerank import Ranked, RerankSettings, rerank
from shared.contracts.feedback import FeedbackReason, FeedbackType, Outcome
from shared.contracts.introductions import IntroductionState

_START = datetime(2026, 1, 1, tzinfo=UTC)
_ROUND = timedelta(days=30)
_POOL = 3
"""Candidates for each place of a list: more than an exposure cap ever leaves out."""
_TELLS = 0.8
"""Share of refusals that come with a reason: the form asks for one."""
Present = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """What a round allows."""

    places: int = 10
    capacity: int = 3
    """Meetings that one can take on; everybody begins each round with all of it, whatever came before."""
    exposure_cap: int = 20
    """Lists of one round that one may stand in: twice the even share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Luck:
    """Uniform draws of one round over everybody, (side a, side b), the same whatever was learned."""

    looks_a: Matrix
    looks_b: Matrix
    answers_a: Matrix
    answers_b: Matrix
    tells: Matrix
    order: Matrix

    @classmethod
    def draw(cls, shape: tuple[int, int], seed: Sequence[int]) -> "Luck":
        """Equal seeds give equal luck."""
        generator = np.random.default_rng(seed)
        return cls(**{name: generator.random(shape) for name in cls.__slots__})


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of a round."""

    events: list[Event] = field(default_factory=list)
    introductions: list[IntroductionSteps] = field(default_factory=list)
    met: list[tuple[int, int]] = field(default_factory=list)
    exposures_a: npt.NDArray[np.int64]
    """(present on side a,) lists that each stood in."""
    exposures_b: npt.NDArray[np.int64]


def play(
    people: People,
    present: tuple[Present, Present],
    scores: Matrix,
    luck: Luck,
    number: int,
    settings: RoundSettings,
) -> Played:
    """One round among those present; `scores` is (side a, side b) over everybody, 0 for who must not be shown.

    Everyone looks at a list place by place with chance 1 / log2(rank + 1), asks those it wants and dismisses the
    others. Requests are looked at in the same way, in the order of the platform's score for their owner, by those who
    answer in time at all; what is not looked at expires. Those who both said yes meet, until the capacity of either is
    used up.
    """
    here_a, here_b = present
    lists_a, exposures_b = _lists(scores[np.ix_(here_a, here_b)], here_b, settings, number)
    lists_b, exposures_a = _lists(scores[np.ix_(here_a, here_b)].T, here_a, settings, number)
    played = Played(exposures_a=exposures_a, exposures_b=exposures_b)
    asked_a = _read(people, played, _looks(lists_a, here_a, luck.looks_a, settings), luck.tells, number, by_a=True)
    asked_b = _read(people, played, _looks(lists_b, here_b, luck.looks_b.T, settings), luck.tells, number, by_a=False)
    agreed = _answer(people, played, asked_a, asked_b, luck, number)
    agreed |= dict.fromkeys(asked_a.keys() & asked_b.keys(), 0)  # who asked each other meet first
    _meet(people, played, agreed, luck.order, settings.capacity, number)
    return played


def _lists(
    scores: Matrix, listed: Present, settings: RoundSettings, number: int
) -> tuple[list[list[int]], npt.NDArray[np.int64]]:
    """A list for every viewer by the product's reranking, viewers in an order of the round's own; and the exposures."""
    exposures = np.zeros(scores.shape[1], dtype=np.int64)
    lists: list[list[int]] = [[] for _ in range(len(scores))]
    rules = RerankSettings(limit=settings.places, exposure_cap=settings.exposure_cap - 1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, : _POOL * settings.places]
    for viewer in np.random.default_rng(number).permutation(len(scores)).tolist():
        candidates = [
            Ranked(profile_id=str(place), score=float(scores[viewer, place]), exposure=int(exposures[place]))
            for place in order[viewer].tolist()
            if scores[viewer, place] > 0
        ]
        shown = [int(one.profile_id) for one in rerank(candidates, rules).places]
        exposures[shown] += 1
        lists[viewer] = [int(listed[place]) for place in shown]
    return lists, exposures


def _looks(
    lists: Sequence[Sequence[int]], viewers: Present, draws: Matrix, settings: RoundSettings
) -> Iterator[tuple[int, int, int]]:
    """Viewer, whom it looks at, and at which rank; `draws` is (viewers, listed) over everybody."""
    attention = attention_by_rank(settings.places)
    for viewer, shown in zip(viewers.tolist(), lists, strict=True):
        for place, other in enumerate(shown):
            if draws[viewer, other] < attention[place]:
                yield viewer, other, place + 1


def _read(
    people: People, played: Played, looks: Iterator[tuple[int, int, int]], tells: Matrix, number: int, *, by_a: bool
) -> dict[tuple[int, int], int]:
    """Asked pairs (a, b) with the rank they were found at; those who are not wanted are dismissed."""
    asked = {}
    for viewer, other, rank in looks:
        pair = (viewer, other) if by_a else (other, viewer)
        if (people.a_wants_b if by_a else people.b_wants_a)[pair]:
            asked[pair] = rank
            played.events.append(_event(people, pair, FeedbackType.SHORTLISTED, number, by_a=by_a, rank=rank))
        else:
            reason = _reason(people, pair, by_a=by_a) if tells[pair] < _TELLS else None
            kind = FeedbackType.DISMISSED
            played.events.append(_event(people, pair, kind, number, by_a=by_a, rank=rank, reason=reason))
    return asked


def _answer(
    people: People,
    played: Played,
    asked_a: dict[tuple[int, int], int],
    asked_b: dict[tuple[int, int], int],
    luck: Luck,
    number: int,
) -> dict[tuple[int, int], int]:
    """Pairs that agree, with the rank in the inbox; whoever asked too has answered already."""
    agreed = {}
    for asked, by_a in ((asked_a, True), (asked_b, False)):
        inboxes: dict[int, list[tuple[int, int]]] = {}
        for pair in asked:
            inboxes.setdefault(pair[by_a], []).append(pair)
        side, draws = (people.b, luck.answers_b) if by_a else (people.a, luck.answers_a)
        value = people.backward if by_a else people.forward
        for owner in sorted(inboxes):
            for rank, pair in enumerate(sorted(inboxes[owner], key=lambda pair: (-value[pair], pair)), start=1):
                is_mutual = pair in (asked_b if by_a else asked_a)
                answers = is_mutual or draws[pair] < side.answering[owner] / np.log2(rank + 1)
                says_yes = answers and bool((people.b_wants_a if by_a else people.a_wants_b)[pair])
                _write_answer(people, played, pair, number, luck.tells, by_a=by_a, answers=answers, says_yes=says_yes)
                if says_yes:
                    agreed[pair] = rank
    return agreed


def _write_answer(
    people: People,
    played: Played,
    pair: tuple[int, int],
    number: int,
    tells: Matrix,
    *,
    by_a: bool,
    answers: bool,
    says_yes: bool,
) -> None:
    """The introduction's end, and what the catalog would tell of it."""
    state = IntroductionState.EXPIRED
    if answers:
        state = IntroductionState.ACCEPTED if says_yes else IntroductionState.DECLINED
        kind = FeedbackType.ACCEPTED if says_yes else FeedbackType.DECLINED
        reason = _reason(people, pair, by_a=not by_a) if not says_yes and tells[pair] < _TELLS else None
        played.events.append(_event(people, pair, kind, number, by_a=by_a, reason=reason, is_answer=True))
    subject, target = _ids(people, pair, by_a=by_a)
    began = _START + number * _ROUND
    played.introductions.append(
        IntroductionSteps(
            introduction_id=f"{number}:{subject}:{target}",
            subject_id=subject,
            target_id=target,
            run_id=None,
            rank=None,
            is_told=True,
            reached={IntroductionState.REQUESTED: began, state: began + timedelta(days=7)},
        )
    )


def _meet(
    people: People, played: Played, agreed: dict[tuple[int, int], int], order: Matrix, capacity: int, number: int
) -> None:
    free_a, free_b = dict[int, int](), dict[int, int]()
    for pair in sorted(agreed, key=lambda pair: (agreed[pair], order[pair])):
        a, b = pair
        if free_a.get(a, capacity) and free_b.get(b, capacity):
            free_a[a], free_b[b] = free_a.get(a, capacity) - 1, free_b.get(b, capacity) - 1
            played.met.append(pair)
            played.events.append(_event(people, pair, FeedbackType.OUTCOME, number, by_a=True, outcome=Outcome.MET))


def _reason(people: People, pair: tuple[int, int], *, by_a: bool) -> FeedbackReason:
    a, b = pair
    broken = broken_limit(people.a, a, b) if by_a else broken_limit(people.b, b, a)
    return broken or FeedbackReason.NOT_RELEVANT


def _ids(people: People, pair: tuple[int, int], *, by_a: bool) -> tuple[str, str]:
    a, b = people.a.ids[pair[0]], people.b.ids[pair[1]]
    return (a, b) if by_a else (b, a)


def _event(
    people: People,
    pair: tuple[int, int],
    kind: FeedbackType,
    number: int,
    *,
    by_a: bool,
    rank: int | None = None,
    reason: FeedbackReason | None = None,
    outcome: Outcome | None = None,
    is_answer: bool = False,
) -> Event:
    subject, target = _ids(people, pair, by_a=by_a)
    later = timedelta(days=20) if outcome else timedelta(days=7) if is_answer else timedelta(0)
    return Event(
        event_id=f"{number}:{subject}:{target}:{kind}",
        type=kind,
        subject_id=subject,
        target_id=target,
        by=f"{number}:{subject}:{target}",
        at=_START + number * _ROUND + later,
        rank=rank,
        reason=reason,
        outcome=outcome,
    )
