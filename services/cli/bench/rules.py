"""Random rule sets over a whole collection: nothing refused is returned, nothing is missing, answers equal brute force.

Every returned profile of every set is judged by a plain evaluator, one profile at a time. A full plain evaluation of
100,000 profiles takes seconds, so for most sets it judges a fixed random sample beside the columns' verdicts, and the
columns' count says how many could have been returned; evenly spread sets are judged plainly in full, and all that
may be proposed is scored and sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.hashed_encoder import HashedEncoder, encoder_factory
from services.cli.bench.plain_answers import Checked, Checker
from services.cli.bench.prepared_store import PreparedStore, prepare_store
from services.cli.bench.random_rules import RuleDraw
from services.cli.bench.report import BenchReport, Row, median
from services.matcher.evaluation.comparison import StageProgress, no_progress
from services.matcher.matching.calibrating import PairingBook, segment_subject
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import IndexedDocument
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.kinds import Kind
from shared.kit.logging import configure_logging

_LIMIT = 10
_SUBJECTS_OF_A_KIND = 12
_SAMPLED = 100
_CHANGED = 0.01
"""Share of profiles that a change puts into the delta, and as many leave: both segments and dead rows are searched."""
_BRACKETS = (("none", 0.0), ("to 0.1 %", 0.001), ("to 1 %", 0.01), ("to 10 %", 0.1), ("to 50 %", 0.5), ("more", 1.0))
"""Shares of the collection that are eligible, each up to its bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesOptions:
    """What to check."""

    directory: Path
    profiles: int = 100_000
    rule_sets: int = 10_000
    brute_force: int = 100
    """How many sets are judged plainly in full and answered by brute force."""
    seed: int = 0
    data: Path | None = None


def run(options: RulesOptions, progress: StageProgress = no_progress) -> BenchReport:
    """Raises BenchProblem."""
    store = prepare_store(
        options.directory,
        profiles=options.profiles,
        data=options.data,
        encoder=EncoderChoice.HASHED,
        progress=progress,
        rich_seed=options.seed,
    )
    snapshot = _snapshot(store)
    draw = RuleDraw((options.seed, 1))
    subjects = _subjects(snapshot, draw)
    book = PairingBook(chance=snapshot.chance, policy=SHIPPED_POLICY, model_languages=HashedEncoder.languages)
    ids = sorted(entry.profile_id for entry in snapshot.entries())
    checker = Checker(
        snapshot=snapshot, book=book, subjects=subjects, sampled=draw.some_of(ids, _SAMPLED), limit=_LIMIT
    )
    every = max(1, options.rule_sets // options.brute_force)
    checked = []
    for number in range(options.rule_sets):
        progress("Rule sets", number, options.rule_sets)
        checked.append(checker.check(draw.rule_set(len(subjects)), with_brute_force=number % every == 0))
    progress("Rule sets", options.rule_sets, options.rule_sets)
    return _report(options, checked, snapshot.size)


def _snapshot(store: PreparedStore) -> Snapshot:
    """The store restored as after any restart, then changed a little."""
    from services.matcher.bootstrap import build_matcher  # noqa: PLC0415 - torch takes seconds

    settings = store.settings("http://127.0.0.1")
    configure_logging(settings.log_level, settings.log_format)
    matcher = build_matcher(settings, encoder_factory(store.encoder))
    try:
        matcher.follower.restore()
        _change(matcher.publisher)
        return matcher.publisher.current
    finally:
        matcher.feed_http.close()
        matcher.database.close()


def _change(publisher: Publisher) -> None:
    base, step = publisher.current.base, int(1 / _CHANGED)
    changed = [segment_subject(base, row) for row in range(0, base.size, step)]
    publisher.apply(
        [IndexedDocument(entry=one.entry, texts=one.texts) for one in changed],
        [base.entries[row].profile_id for row in range(1, base.size, step)],
        publisher.current.feed_seq + 1,
    )


def _subjects(snapshot: Snapshot, draw: RuleDraw) -> list[str]:
    """Some of every kind."""
    of_kinds: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for entry in snapshot.entries():
        of_kinds[entry.attributes.kind].append(entry.profile_id)
    return [key for ids in of_kinds.values() for key in draw.some_of(sorted(ids), _SUBJECTS_OF_A_KIND)]


def _report(options: RulesOptions, checked: Sequence[Checked], size: int) -> BenchReport:
    compared = [one for one in checked if one.equals_brute_force is not None]
    violations, short = sum(one.violations for one in checked), sum(one.is_short for one in checked)
    wrong = sum(one.wrong_verdicts for one in checked)
    shares = np.array([one.eligible / size for one in checked])
    return BenchReport(
        benchmark="rules",
        settings={
            "profiles": options.profiles,
            "rule_sets": options.rule_sets,
            "brute_force": len(compared),
            "limit": _LIMIT,
            "seed": options.seed,
        },
        rows=[*_rows(checked, shares), Row(name="all", figures=_figures(checked))],
        ratios={},
        checks={
            f"0 violations in {len(checked):,} rule sets": violations == 0,
            f"0 short answers in {len(checked):,} rule sets": short == 0,
            "columns and plain evaluator agree on every profile that both judged": wrong == 0,
            f"{len(compared):,} answers equal brute force": all(one.equals_brute_force for one in compared),
        },
        notes=[
            f"every returned profile is judged plainly; {_SAMPLED} sampled profiles in every set, all profiles in "
            f"{len(compared):,} sets",
            f"vectors are hashed words; the eligible share goes from {shares.min():.3%} to {shares.max():.1%}",
        ],
    )


def _rows(checked: Sequence[Checked], shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Row]:
    places = np.searchsorted([bound for _, bound in _BRACKETS], shares)
    grouped = {
        name: [one for one, bracket in zip(checked, places, strict=True) if bracket == place]
        for place, (name, _) in enumerate(_BRACKETS)
    }
    return [Row(name=f"eligible: {name}", figures=_figures(some)) for name, some in grouped.items() if some]


def _figures(checked: Sequence[Checked]) -> dict[str, float]:
    return {
        "sets": len(checked),
        "returned": sum(one.returned for one in checked),
        "violations": sum(one.violations for one in checked),
        "short": sum(one.is_short for one in checked),
        "not_brute_force": sum(one.equals_brute_force is False for one in checked),
        "p50_ms": 1000 * median([one.seconds for one in checked]),
    }
