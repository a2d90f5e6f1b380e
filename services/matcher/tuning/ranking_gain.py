"""Scores of a signal table under a policy, by the functions that serve requests, and what they are worth."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.directed import Measured, directed_scores
from services.matcher.scoring.pairing import Pairing
from services.matcher.scoring.policy import RankingPolicy, Reading, Scores
from services.matcher.tuning.signal_table import READINGS, Side, SignalTable
from shared.contracts.vocabularies import Signal

DEPTH = 10
_QUERIES_AT_ONCE = 64
_UNCALIBRATED = Calibration(median=0.5, top=1.0)  # calibration rises strictly: it changes no order


def policy_scores(table: SignalTable, policy: RankingPolicy) -> Scores:
    """Fused scores, (queries, width); -inf where there is no target."""
    pairing = pairing_of(table, policy)
    scores = np.full(table.targets.shape, -np.inf)
    for start in range(0, table.size, _QUERIES_AT_ONCE):
        rows = np.s_[start : start + _QUERIES_AT_ONCE]
        here = table.is_target[rows]
        readings = {
            reading: table.readings[rows][here] == number
            for number, reading in enumerate(READINGS)
            if (table.readings[rows][here] == number).any()
        } or {Reading.READ: np.empty(0, dtype=bool)}
        size = int(here.sum())
        forward, backward = (
            directed_scores(
                {
                    signal: Measured(raw=values[rows][here], value=values[rows][here])
                    for signal, values in found.items()
                },
                directed,
                readings,
                size,
            )
            for found, directed in ((table.forward, pairing.forward), (table.backward, pairing.backward))
        )
        scores[rows][here] = pairing.fused(forward, backward)
    return scores


def pairing_of(table: SignalTable, policy: RankingPolicy) -> Pairing:
    """How the policy matches the table's two kinds."""
    choice = policy.fusion_of(table.asking, table.asked)
    return Pairing(
        forward=policy.needs_of(*table.sides[0]),
        backward=policy.needs_of(*table.sides[1]),
        fusion=choice.fusion,
        forward_weight=choice.forward_weight(table.asking),
        calibration=_UNCALIBRATED,
    )


def ndcg_of(table: SignalTable, scores: npt.NDArray[np.floating]) -> Scores:
    """nDCG@10 of each query, (queries,); ties by target id, as the pipeline breaks them."""
    query, place = np.nonzero(table.grades > 0)
    own = scores[query, place][:, None]
    others = scores[query]
    ahead = others > own
    before = np.arange(scores.shape[1])[None, :] < place[:, None]
    ranks = ahead.sum(axis=1) + ((others == own) & before).sum(axis=1)  # counted from 0
    gains = np.where(ranks < DEPTH, table.grades[query, place] / np.log2(ranks + 2), 0.0)
    return np.bincount(query, weights=gains, minlength=table.size) / table.ideals


def leading(table: SignalTable, scores: npt.NDArray[np.floating], depth: int) -> npt.NDArray[np.bool_]:
    """Each query's `depth` best targets, ties by id, as a mask of (queries, width)."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    mask = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(mask, order, values=True, axis=1)
    return mask & table.is_target


def present_signals(tables: Sequence[SignalTable], side: Side) -> tuple[Signal, ...]:
    """Signals of one direction that some table knows, in the order of the vocabulary."""
    known = {signal for table in tables for signal in table.signals_of(side)}
    return tuple(signal for signal in Signal if signal in known)
