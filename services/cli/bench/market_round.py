"""One round of a made-up market: who looks, who asks, who consents, who meets."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.cli.bench.market import Market, Mask, Matrix

_NEVER = np.inf


class Asking(StrEnum):
    """How two people come to meet."""

    BOTH_SIDES = "both sides ask"
    """Everyone asks whom they like in their list; who is asked finds it in an inbox and may consent: Liaison."""
    ONE_SIDE = "only side a asks"
    """The same, but side b has no lists: a search engine for one side."""
    MUST_FIND = "both must find each other"
    """No inbox: both must come upon the other in their own list (Tomita and Yokoyama 2024)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """Attention that the lists give, both (side a, side b)."""

    of_b: Matrix
    """How likely a looks at b."""
    of_a: Matrix
    """How likely b looks at a."""


def mutual_matches(market: Market, exposures: Exposures, asking: Asking) -> int:
    """Pairs that meet: both said yes, and both still had time.

    Lists and inboxes are looked at place by place with chance 1 / log2(rank + 1), independently. An inbox is ordered
    by the platform's score for its owner alone, under every policy (as in Su et al. 2022), so that one-sided lists are
    not blamed for a bad inbox. Those who asked each other meet first, then by place in the inbox, until the capacity
    of either is used up.
    """
    luck = market.luck
    a_asks = (luck.list_of_a < exposures.of_b) & market.a_wants_b
    b_asks = (luck.list_of_b < exposures.of_a) & market.b_wants_a & (asking is not Asking.ONE_SIDE)
    turns = np.where(a_asks & b_asks, 0.0, _NEVER)
    if asking is not Asking.MUST_FIND:
        b_consents = _turn_of_consent(a_asks.T, market.backward.T, luck.inbox_of_b.T, market.b_wants_a.T).T
        a_consents = _turn_of_consent(b_asks, market.forward, luck.inbox_of_a, market.a_wants_b)
        turns = np.minimum(turns, np.minimum(a_consents, b_consents))
    return _meetings(turns, luck.order, market.settings.capacity)


def _turn_of_consent(asked_by: Mask, scores: Matrix, looks: Matrix, wants: Mask) -> Matrix:
    """Rank in the inbox of those who are looked at and wanted; (owner of the inbox, asker), infinite for others."""
    order = np.argsort(np.where(asked_by, -scores, _NEVER), axis=1, kind="stable")
    ranks = np.empty(order.shape)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(1.0, order.shape[1] + 1), order.shape), axis=1)
    consents = asked_by & wants & (looks < 1 / np.log2(ranks + 1))
    turns: Matrix = np.where(consents, ranks, _NEVER)
    return turns


def _meetings(turns: Matrix, order: Matrix, capacity: int) -> int:
    pairs = np.argwhere(turns < _NEVER)
    rows, columns = pairs.T
    free_a, free_b = [capacity] * turns.shape[0], [capacity] * turns.shape[1]
    meetings = 0
    for a, b in pairs[np.lexsort((order[rows, columns], turns[rows, columns]))].tolist():
        if free_a[a] and free_b[b]:
            free_a[a] -= 1
            free_b[b] -= 1
            meetings += 1
    return meetings
