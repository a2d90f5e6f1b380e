"""Reranking: who gives up a place, to whom, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.diversity import FloatVector, MarginalRelevance
from services.matcher.scoring.open_places import Mask, OpenPlaces
from shared.contracts.vocabularies import MoveReason

_NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A scored candidate, with what reranking looks at."""

    profile_id: str
    score: float
    organisation_key: str | None = None
    """None: an organisation of its own."""
    vector: FloatVector | None = field(default=None, compare=False, repr=False)
    is_newcomer: bool = False
    exposure: int = 0
    """How many answers it stood in lately."""
    capacity: int | None = None
    """How many it can take on; None where it states no number."""
    taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankSettings:
    """What may move a candidate; everything is off where it is not given. Raises ValueError for what makes no sense."""

    limit: int
    max_per_organisation: int | None = None
    diversity: float = 0.0
    """In [0, 1]; 0 is off, 1 looks at likeness only."""
    exposure_cap: int | None = None
    """Whoever stood in more answers than this is left out."""
    newcomer_share: float = 0.0
    """In [0, 1]; this share of the places, rounded up, as far as newcomers reach the floor."""
    floor: float = 0.0
    """A newcomer that scores less gets no reserved place."""
    respect_capacity: bool = False
    """Leave out candidates that have taken on as many as they can."""

    def __post_init__(self) -> None:
        if self.limit < 0 or (self.max_per_organisation is not None and self.max_per_organisation < 1):
            raise ValueError("a list holds no fewer than 0 candidates, and 1 of an organisation")
        if not (0 <= self.diversity <= 1 and 0 <= self.newcomer_share <= 1):
            raise ValueError("diversity and the newcomers' share are in [0, 1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From the rank by score, counted from 1, to the rank in the list, or out of it."""

    profile_id: str
    reason: MoveReason
    from_rank: int
    to_rank: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """The list, best first, and what was moved, by rank before."""

    places: tuple[Ranked, ...]
    moves: tuple[Move, ...]


def rerank(candidates: Sequence[Ranked], settings: RerankSettings) -> Reranked:
    """Fill up to `limit` places from `candidates`, best first, without repetition.

    Capacity, the exposure cap and the limit per organisation leave candidates out. Diversity and the newcomers' share
    only change who stands where and never shorten the list: it is as long as the other three allow. Reserved places
    are the last ones, unless newcomers earn earlier ones by score. Ties keep the order of the input.

    A move is reported for a candidate that someone ranked below it passed, or that an option lifted over better ones;
    closing the gap that others left is no move. In a list shorter than `limit`, all who were left out are reported.
    With all options off there are no moves, and the order is unchanged.
    """
    return _Reranking(candidates, settings).run()


def open_places(candidates: Sequence[Ranked], settings: RerankSettings, is_barred: Mask | None = None) -> OpenPlaces:
    """The places of a list of `candidates`; `is_barred` says who has none whatever happens, (len(candidates),)."""
    return OpenPlaces(
        limit=settings.limit,
        organisations=_organisation_numbers(candidates),
        is_newcomer=np.array([each.is_newcomer and each.score >= settings.floor for each in candidates], dtype=bool),
        is_barred=np.zeros(len(candidates), dtype=bool) if is_barred is None else is_barred,
        max_per_organisation=settings.max_per_organisation,
        newcomer_share=settings.newcomer_share,
    )


class _Reranking:
    def __init__(self, candidates: Sequence[Ranked], settings: RerankSettings) -> None:
        self._candidates = candidates
        self._limit = settings.limit
        self._reasons: list[MoveReason | None] = [None] * len(candidates)
        self._order: list[int] = []
        self._open = open_places(candidates, settings, self._barred(settings))
        self._relevance = _relevance(candidates, settings.diversity)

    def run(self) -> Reranked:
        while (pick := self._next()) != _NOBODY:
            self._explain_passed(pick)
            self._take(pick)
        if len(self._order) < self._limit:
            self._explain_passed(len(self._candidates))
        places = tuple(self._candidates[index] for index in self._order)
        return Reranked(places=places, moves=tuple(self._moves()))

    def _take(self, pick: int) -> None:
        self._open.take(pick)
        if self._relevance is not None:
            self._relevance.place(pick)
        self._order.append(pick)

    def _barred(self, settings: RerankSettings) -> Mask:
        for index, each in enumerate(self._candidates):
            if settings.respect_capacity and each.capacity is not None and each.taken >= each.capacity:
                self._reasons[index] = MoveReason.CAPACITY
            elif settings.exposure_cap is not None and each.exposure > settings.exposure_cap:
                self._reasons[index] = MoveReason.EXPOSURE_CAP
        return np.array([reason is not None for reason in self._reasons], dtype=bool)

    def _next(self) -> int:
        allowed = np.flatnonzero(self._open.allowed())
        if not allowed.size:
            return _NOBODY
        if self._relevance is None:
            return int(allowed[0])
        return int(allowed[np.argmax(self._relevance.values()[allowed])])

    def _explain_passed(self, pick: int) -> None:
        waiting = self._open.is_waiting[:pick]
        if not waiting.any():
            return
        full, reserved = self._open.is_organisation_full()[:pick], self._open.is_kept_for_newcomers()[:pick]
        for index in np.flatnonzero(waiting):
            self._reasons[index] = _why_passed(is_full=full[index], is_reserved=reserved[index])
        if (waiting & ~full).any():  # lifted over somebody who could have had the place
            is_reserved = (waiting & ~full & reserved).any()
            self._reasons[pick] = MoveReason.NEWCOMER_SHARE if is_reserved else MoveReason.DIVERSITY

    def _moves(self) -> list[Move]:
        ranks = {index: rank for rank, index in enumerate(self._order, start=1)}
        # Below the last place of a full list nobody missed one.
        considered = max(self._order, default=_NOBODY) if len(self._order) == self._limit else len(self._candidates)
        return [
            Move(
                profile_id=self._candidates[index].profile_id,
                reason=reason,
                from_rank=index + 1,
                to_rank=ranks.get(index),
            )
            for index, reason in enumerate(self._reasons)
            if reason is not None and ranks.get(index) != index + 1 and index <= considered
        ]


def _why_passed(*, is_full: bool, is_reserved: bool) -> MoveReason:
    if is_full:
        return MoveReason.ORGANISATION_LIMIT
    return MoveReason.NEWCOMER_SHARE if is_reserved else MoveReason.DIVERSITY


def _organisation_numbers(candidates: Sequence[Ranked]) -> npt.NDArray[np.int64]:
    """Equal numbers for one organisation; a number of its own for who names none."""
    numbers: dict[tuple[str | None, int], int] = {}
    keys = [
        (each.organisation_key, index if each.organisation_key is None else 0) for index, each in enumerate(candidates)
    ]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _relevance(candidates: Sequence[Ranked], diversity: float) -> MarginalRelevance | None:
    if diversity == 0:
        return None
    return MarginalRelevance.of([each.score for each in candidates], [each.vector for each in candidates], diversity)
