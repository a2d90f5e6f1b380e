"""Small made-up signal tables for the tests of tuning."""

from services.cli.bench.made_up_judgments import made_up_table
from services.matcher.tuning.signal_table import SignalTable


def small_table(queries: int = 60, targets: int = 40, seed: int = 0, name: str = "made_up") -> SignalTable:
    """Judgments follow `activity` and `sector_share`, which the shipped policy hardly weighs."""
    return made_up_table(queries=queries, targets=targets, seed=seed, name=name)
