"""The simulated comparisons: a small run, whole."""

from services.cli.bench.interleaving import InterleavingOptions, compare, run
from services.matcher.interleaving.sequential import Decision, StoppingRule

SMALL = InterleavingOptions(seeds=4, better=0.9, worse=0.3, rule=StoppingRule(max_decided=150))


def test_a_far_better_policy_is_found_on_either_side() -> None:
    assert compare((0.9, 0.3), SMALL, (1,)).decision is Decision.FIRST
    assert compare((0.3, 0.9), SMALL, (1,)).decision is Decision.SECOND


def test_equal_seeds_end_equally() -> None:
    assert compare((0.6, 0.5), SMALL, (2,)) == compare((0.6, 0.5), SMALL, (2,))


def test_report_tells_how_often_each_side_was_called() -> None:
    report = run(SMALL)
    by_name = {row.name: row.figures for row in report.rows}
    assert by_name["better first"]["first_%"] == 100
    assert by_name["better second"]["second_%"] == 100
    assert by_name["equal quality"]["first_%"] + by_name["equal quality"]["second_%"] <= 25
    assert len(report.checks) == 3
