"""A made-up judged set as a signal table: signals by chance, judgments that follow some of them."""

import numpy as np

from services.matcher.tuning.ranking_gain import DEPTH
from services.matcher.tuning.signal_table import SignalTable, Values
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

_FORWARD = (
    Signal.WORDS,
    Signal.MEANING,
    Signal.REGION,
    Signal.REGION_RECORD,
    Signal.SECTOR_RECORD,
    Signal.RECENCY,
    Signal.ACTIVITY,
)
_BACKWARD = (Signal.WORDS, Signal.STAGE_SHARE, Signal.SECTOR_SHARE, Signal.REGION_SHARE, Signal.DEAL_SIZE)
_MISSING = 0.2
_RELEVANT = 2


def made_up_table(*, queries: int, targets: int, seed: int, name: str = "made_up") -> SignalTable:
    """Projects and investors; what is relevant is what two signals and luck put first."""
    generator = np.random.default_rng(seed)

    def values() -> Values:
        drawn = generator.beta(2, 3, size=(queries, targets)).astype(np.float32)
        drawn[generator.random((queries, targets)) < _MISSING] = np.nan
        return drawn

    forward = {signal: values() for signal in _FORWARD}
    backward = {signal: values() for signal in _BACKWARD}
    wanted = np.nan_to_num(forward[Signal.ACTIVITY], nan=0.3) + np.nan_to_num(backward[Signal.SECTOR_SHARE], nan=0.3)
    wanted += 0.1 * generator.standard_normal((queries, targets))
    grades = np.zeros((queries, targets), dtype=np.int16)
    np.put_along_axis(grades, np.argsort(-wanted, axis=1)[:, :_RELEVANT], 1, axis=1)
    return SignalTable(
        name=name,
        asking=Kind.PROJECT,
        asked=Kind.INVESTOR,
        query_ids=tuple(f"q{number:04}" for number in range(queries)),
        organisations=tuple(f"o{number // 2:04}" for number in range(queries)),
        target_ids=tuple(f"t{number:04}" for number in range(targets)),
        targets=np.tile(np.arange(targets, dtype=np.int32), (queries, 1)),
        grades=grades,
        ideals=np.full(queries, sum(1 / np.log2(rank + 2) for rank in range(min(_RELEVANT, DEPTH)))),
        readings=np.zeros((queries, targets), dtype=np.int8),
        forward=forward,
        backward=backward,
    )


def shuffled(table: SignalTable, seed: int) -> SignalTable:
    """The same table, with each query's grades dealt anew to its targets: nothing can be learned from it."""
    generator = np.random.default_rng(seed)
    grades = table.grades.copy()
    for row, is_target in zip(grades, table.is_target, strict=True):
        row[is_target] = generator.permutation(row[is_target])
    return table.judged_as(grades)
