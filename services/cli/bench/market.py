"""A made-up market: two sides with hidden preferences, and the scores that a platform has of them."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from services.matcher.scoring.exposure import DEFAULT_FAIRNESS

Matrix = npt.NDArray[np.float64]
"""(side a, side b), whichever side it speaks of."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSettings:
    """How people are and what they are shown: assumptions, each with its reason; `--sensitivity` varies them."""

    side_a: int = 400
    side_b: int = 400
    dimension: int = 16
    """Independent directions of needs and offers: about as many as a sector vocabulary has top entries."""
    crowding: float = 0.25
    """Share of a wish's variance that is the other's general appeal. Needs are specific here, so less than the half of
    the synthetic markets of Su et al. 2022 and Tomita and Yokoyama 2024, where one wants whom all want."""
    knowledge: float = 0.7
    """Correlation of the platform's score with the wish: assumed, texts and facts telling half of its variance."""
    selectivity: float = 0.1
    """Share of the other side that one would meet. Venture capital firms meet 28 of 101 opportunities that were
    already picked for them (Gompers et al. 2020); of all comers it must be fewer."""
    capacity: int = 3
    """Meetings that one can take on in a round: a few a month."""
    places: int = 10
    """Length of a list: as a match request answers by default."""
    fairness: float = DEFAULT_FAIRNESS
    """Of the lists that share exposure: the product's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Everybody's wishes, the platform's scores of them, and the luck of one round; all (side a, side b)."""

    settings: MarketSettings
    a_wants_b: Mask
    b_wants_a: Mask
    forward: Matrix
    """Chance that a wants b, as far as the platform can know: calibrated."""
    backward: Matrix
    """Chance that b wants a."""
    luck: "Luck"

    @property
    def mutual(self) -> Mask:
        """Pairs in which both would say yes."""
        return self.a_wants_b & self.b_wants_a


@dataclass(frozen=True, slots=True, kw_only=True)
class Luck:
    """Uniform draws, the same for every policy: a look happens where the draw is below the attention."""

    list_of_a: Matrix
    list_of_b: Matrix
    inbox_of_a: Matrix
    inbox_of_b: Matrix
    order: Matrix
    """Who is quicker where two could be next."""


def draw_market(settings: MarketSettings, seed: tuple[int, ...]) -> Market:
    """One market; equal settings and seed give an equal one."""
    generator = np.random.default_rng(seed)
    shape = (settings.side_a, settings.side_b)
    a_wants_b, forward = _wishes(generator, settings, *shape)
    b_wants_a, backward = _wishes(generator, settings, *reversed(shape))
    return Market(
        settings=settings,
        a_wants_b=a_wants_b,
        b_wants_a=b_wants_a.T.copy(),
        forward=forward,
        backward=backward.T.copy(),
        luck=Luck(
            list_of_a=generator.random(shape),
            list_of_b=generator.random(shape),
            inbox_of_a=generator.random(shape),
            inbox_of_b=generator.random(shape),
            order=generator.random(shape),
        ),
    )


def _wishes(generator: np.random.Generator, settings: MarketSettings, wishers: int, wished: int) -> tuple[Mask, Matrix]:
    """Whom everyone wants, and the chance of it that the platform sees; (wishers, wished).

    A wish is what the other offers along one's need, plus the other's appeal: of unit variance. One wants the
    best `selectivity` of the other side. The platform's score s is the wish with noise, of correlation r, so the wish
    is normal around r * s with variance 1 - r^2: it exceeds the threshold z with the chance
    Phi((r * s - z) / sqrt(1 - r^2)).
    """
    needs = generator.standard_normal((wishers, settings.dimension))
    needs /= np.linalg.norm(needs, axis=1, keepdims=True)
    offers = generator.standard_normal((wished, settings.dimension))
    appeal = generator.standard_normal(wished)
    wishes = sqrt(1 - settings.crowding) * (needs @ offers.T) + sqrt(settings.crowding) * appeal
    wanted = wishes >= np.quantile(wishes, 1 - settings.selectivity, axis=1, keepdims=True)
    known, unknown = settings.knowledge, sqrt(1 - settings.knowledge**2)
    seen = known * wishes + unknown * generator.standard_normal(wishes.shape)
    chances: Matrix = ndtr((known * seen - ndtri(1 - settings.selectivity)) / unknown)
    return wanted, chances
