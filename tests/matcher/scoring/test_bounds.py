"""Bounds of structured signals: none that is measured is better than it was said to be at best."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.domain.fact_columns import fact_columns
from services.matcher.domain.facts import ProfileFacts
from services.matcher.domain.record_statistics import record_statistics
from services.matcher.scoring.bounds import UpperValue, record_columns, shared_values, upper_values
from services.matcher.scoring.features import structured_signals
from services.matcher.scoring.policy import COSTS
from shared.contracts.profiles import Kind
from tests.matcher.scoring.test_features import facts


@given(st.lists(facts, min_size=2, max_size=6), st.none() | st.dates(date(2025, 11, 1), date(2026, 2, 1)))
@settings(deadline=None)
def test_no_signal_is_better_than_its_bound(told: list[ProfileFacts], as_of: date | None) -> None:
    """A signal is missing wherever its bound is; a cost, which lowers the score, is at its best where it is least."""
    subject, *targets = told
    columns, statistics = fact_columns(targets), record_statistics(told)
    of_kind = {kind: np.array([one.kind is kind for one in targets]) for kind in Kind}
    records = record_columns(columns, of_kind, statistics)
    for kind, mask in of_kind.items():
        rows = np.flatnonzero(mask)
        found = structured_signals(subject, columns, rows, statistics, kind, as_of)
        upper = upper_values(subject, shared_values(subject, columns, as_of), records[kind], statistics)
        for signals, bounds in ((found.forward, upper.forward), (found.backward, upper.backward)):
            for signal, measured in signals.items():
                bound = _of_rows(bounds.get(signal, 1.0), rows)
                is_missing = np.isnan(measured.value)
                is_within = measured.value >= bound if signal in COSTS else measured.value <= bound + 1e-6
                assert (is_missing | is_within).all(), signal
                assert (is_missing | ~np.isnan(bound)).all(), signal


def _of_rows(bound: UpperValue, rows: np.ndarray) -> np.ndarray:
    return np.full(len(rows), bound) if isinstance(bound, float) else bound[rows]
