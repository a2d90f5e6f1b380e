"""Made-up projects and demands with hidden wishes and limits, of which their profiles tell a part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from services.cli.bench.market import Mask, Matrix
from services.matcher.domain.attributes import Attributes, AttributeTable, attribute_table, profile_attributes
from services.matcher.domain.eligibility import rule_truths
from services.matcher.domain.facts import profile_facts
from services.matcher.domain.truth import FAIL
from services.matcher.priors.cells import Cell, cells_of
from shared.contracts.feedback import FeedbackReason
from shared.contracts.profiles import Profile, Project, RdDemand
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import CompanyStage, Language

_FIELDS = ("semiconductor", "materials", "energy", "biomedicine", "communications", "quantum", "aerospace", "finance")
_PROVINCES = ("Hebei", "Jiangsu", "Guangdong", "Sichuan", "Hubei", "Shaanxi")
_STAGES = (CompanyStage.IDEA, CompanyStage.SEED_ANGEL, CompanyStage.PRE_A, CompanyStage.SERIES_A, CompanyStage.SERIES_B)
Generator = np.random.Generator
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSettings:
    """How people are: assumptions, each with its reason."""

    side_a: int = 200
    side_b: int = 200
    dimension: int = 16
    crowding: float = 0.25
    knowledge: float = 0.7
    """These three as in `MarketSettings`."""
    selectivity: float = 0.2
    """Share of the other side that one would meet but for limits, on the middle; limits leave about half of it, the
    tenth of `MarketSettings`."""
    limited: float = 0.7
    """Share of people with each of the limits that a rule could say: most funds and buyers have some."""
    stated: float = 0.3
    """Share of those limits that stand in the profile: people fill in few optional fields."""
    spread: float = 0.6
    """Standard deviation of ln(selectivity), half of its variance between fields and stages: who is free or keen."""
    answering: float = 0.7
    """Share of requests that people answer on the whole; it varies between and within fields as selectivity does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Everybody who comes to one side over the rounds."""

    ids: Sequence[str]
    attributes: Sequence[Attributes]
    table: AttributeTable
    cells: Sequence[tuple[Cell, ...]]
    limits: Sequence[Sequence[tuple[FeedbackReason, Rule]]]
    """What each will not have on the other side, and the reason it gives."""
    broken: Sequence[Sequence[Mask]]
    """Of each limit, (other side,): who breaks it."""
    answering: Vector
    """(people,) chance that each looks at what it is asked in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Both sides; matrices are (side a, side b), whichever side they speak of."""

    settings: PeopleSettings
    a: Side
    b: Side
    a_wants_b: Mask
    """Wish and limits together."""
    b_wants_a: Mask
    forward: Matrix
    """Chance that a wants b, as far as texts tell it."""
    backward: Matrix


def draw_people(settings: PeopleSettings, size_a: int, size_b: int, seed: Sequence[int]) -> People:
    """Equal settings and seeds give equal people."""
    generator = np.random.default_rng(seed)
    a, choosy_a = _side(generator, settings, [_project(generator, number) for number in range(size_a)], "a")
    b, choosy_b = _side(generator, settings, [_demand(generator, number) for number in range(size_b)], "b")
    a, b = (replace(one, broken=_broken(one, other)) for one, other in ((a, b), (b, a)))
    a_wishes, forward = _wishes(generator, settings, choosy_a, size_b)
    b_wishes, backward = _wishes(generator, settings, choosy_b, size_a)
    return People(
        settings=settings,
        a=a,
        b=b,
        a_wants_b=a_wishes & _within_limits(a, size_b),
        b_wants_a=b_wishes.T & _within_limits(b, size_a).T,
        forward=forward,
        backward=backward.T.copy(),
    )


def broken_limit(side: Side, person: int, counterpart: int) -> FeedbackReason | None:
    """The reason for the first limit that the counterpart on the other side breaks."""
    for (reason, _), broken in zip(side.limits[person], side.broken[person], strict=True):
        if broken[counterpart]:
            return reason
    return None


def fails(rule: Rule, side: Side) -> Mask:
    """(people,) whom a rule shuts out."""
    failed: Mask = rule_truths(side.table, rule) == FAIL
    return failed


def _project(generator: Generator, number: int) -> Project:
    stage = int(generator.integers(len(_STAGES)))
    return Project.model_validate(
        _common(generator, "a", number)
        | {
            "trl": int(np.clip(2 * stage + generator.integers(-1, 3), 1, 9)),
            "company_stage": _STAGES[stage],
            "amount_sought": {"amount": float(10 ** generator.uniform(5, 7.5)), "currency": "USD"},
        }
    )


def _demand(generator: Generator, number: int) -> RdDemand:
    budget = float(10 ** generator.uniform(5, 7.5))
    return RdDemand.model_validate(
        _common(generator, "b", number) | {"budget": {"minimum": budget, "maximum": budget, "currency": "USD"}}
    )


def _common(generator: Generator, side: str, number: int) -> dict[str, object]:
    return {
        "source": "made-up",
        "external_id": f"{side}{number}",
        "title": f"{side}{number}",
        "sectors": [str(generator.choice(_FIELDS))],
        "region": {"country": "CN", "province": str(generator.choice(_PROVINCES))},
    }


def _side(
    generator: Generator, settings: PeopleSettings, profiles: Sequence[Profile], name: str
) -> tuple[Side, Vector]:
    """The people, and how choosy each is."""
    attributes = [profile_attributes(profile, Language.ENGLISH) for profile in profiles]
    cells = [cells_of(profile_facts(profile)) for profile in profiles]
    choosy = np.log(settings.selectivity) + settings.spread * _varied(generator, cells)
    ready = np.log(settings.answering / (1 - settings.answering)) + 2 * settings.spread * _varied(generator, cells)
    side = Side(
        ids=[f"{name}{number}" for number in range(len(profiles))],
        attributes=attributes,
        table=attribute_table(attributes),
        cells=cells,
        limits=[_limits(generator, settings, name) for _ in profiles],
        broken=(),
        answering=1 / (1 + np.exp(-ready)),
    )
    return side, np.clip(np.exp(choosy), 0.005, 0.6)


def _varied(generator: Generator, cells: Sequence[tuple[Cell, ...]]) -> Vector:
    """(people,) of unit variance, half of it shared by those alike."""
    of_cell = {cell: generator.standard_normal() for cell in sorted({cell for one in cells for cell in one})}
    own: Vector = generator.standard_normal(len(cells))
    shared: Vector = np.array([of_cell[one[0]] for one in cells])
    return sqrt(0.5) * (shared + own)


def _limits(generator: Generator, settings: PeopleSettings, name: str) -> Sequence[tuple[FeedbackReason, Rule]]:
    """Projects will not have small budgets, demands no early technology; both leave out some fields and places."""
    money = {"op": "at_least", "attribute": "amount_usd", "value": float(10 ** generator.uniform(5.3, 6.3))}
    ripe = {"op": "at_least", "attribute": "trl", "value": float(generator.integers(4, 8))}
    fields = [str(one) for one in generator.choice(_FIELDS, 2, replace=False)]
    place = {"country": "CN", "province": str(generator.choice(_PROVINCES))}
    told = {
        **({FeedbackReason.WRONG_STAGE: ripe} if name == "b" else {FeedbackReason.AMOUNT_DOES_NOT_FIT: money}),
        FeedbackReason.WRONG_SECTOR: {"op": "not_in", "attribute": "sector", "values": fields},
        FeedbackReason.WRONG_REGION: {"op": "not", "condition": {"op": "within", "region": place}},
    }
    has = generator.random(len(told)) < settings.limited
    return [
        (reason, Rule.model_validate({"condition": rule}))
        for (reason, rule), holds in zip(told.items(), has, strict=True)
        if holds
    ]


def _broken(side: Side, other: Side) -> Sequence[Sequence[Mask]]:
    return [[fails(rule, other) for _, rule in limits] for limits in side.limits]


def _within_limits(side: Side, others: int) -> Mask:
    """(side, other side): whom each would have."""
    nobody = np.zeros(others, dtype=bool)
    return np.array([~np.logical_or.reduce([nobody, *broken]) for broken in side.broken])


def _wishes(generator: Generator, settings: PeopleSettings, choosy: Vector, wished: int) -> tuple[Mask, Matrix]:
    """Who would be wanted but for limits, and the chance of it that texts tell; (wishers, wished).

    As in `market.py`: the wish is what the other offers along one's need plus its appeal, of unit variance, and the
    platform's score is the wish with noise. The platform takes everybody for as choosy as people are on the middle.
    """
    needs = generator.standard_normal((len(choosy), settings.dimension))
    needs /= np.linalg.norm(needs, axis=1, keepdims=True)
    offers = generator.standard_normal((wished, settings.dimension))
    appeal = generator.standard_normal(wished)
    wishes = sqrt(1 - settings.crowding) * (needs @ offers.T) + sqrt(settings.crowding) * appeal
    known, unknown = settings.knowledge, sqrt(1 - settings.knowledge**2)
    seen = known * wishes + unknown * generator.standard_normal(wishes.shape)
    chances: Matrix = ndtr((known * seen - ndtri(1 - settings.selectivity)) / unknown)
    return wishes >= ndtri(1 - choosy)[:, None], chances
