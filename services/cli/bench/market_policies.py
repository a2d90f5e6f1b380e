"""How a platform makes everybody's lists in a made-up market, from its scores alone."""

from collections.abc import Callable, Mapping

from services.cli.bench.market import Market, Matrix
from services.cli.bench.market_round import Exposures
from services.matcher.scoring.exposure import allocate_exposure, attention_by_rank, exposure_of, plain_lists
from services.matcher.scoring.reciprocal import fuse
from shared.contracts.vocabularies import Fusion

FORWARD = "one-sided, forward"
BACKWARD = "one-sided, backward"
RECIPROCAL = "reciprocal"
EXPOSURE_SHARED = "exposure shared"

Policy = Callable[[Market], Exposures]


def _forward(market: Market) -> Exposures:
    """Everyone sees whom they may want."""
    return _by_score(market, market.forward, market.backward)


def _backward(market: Market) -> Exposures:
    """Everyone sees who may want them."""
    return _by_score(market, market.backward, market.forward)


def _reciprocal(market: Market) -> Exposures:
    """The product's fusion of both."""
    fused = _fused(market)
    return _by_score(market, fused, fused)


def _exposure_shared(market: Market) -> Exposures:
    """The same scores; the lists of each side are made together."""
    attention, fairness = attention_by_rank(market.settings.places), market.settings.fairness
    fused = _fused(market)
    side_a, side_b = fused.shape
    return Exposures(
        of_b=exposure_of(allocate_exposure(fused, attention, fairness).places, side_b, attention),
        of_a=exposure_of(allocate_exposure(fused.T, attention, fairness).places, side_a, attention).T,
    )


def _fused(market: Market) -> Matrix:
    return fuse(market.forward, market.backward, Fusion.HARMONIC)


def _by_score(market: Market, scores_for_a: Matrix, scores_for_b: Matrix) -> Exposures:
    places = market.settings.places
    attention = attention_by_rank(places)
    side_a, side_b = scores_for_a.shape
    return Exposures(
        of_b=exposure_of(plain_lists(scores_for_a, places), side_b, attention),
        of_a=exposure_of(plain_lists(scores_for_b.T, places), side_a, attention).T,
    )


POLICIES: Mapping[str, Policy] = {
    FORWARD: _forward,
    BACKWARD: _backward,
    RECIPROCAL: _reciprocal,
    EXPOSURE_SHARED: _exposure_shared,
}
