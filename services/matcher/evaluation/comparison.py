"""Scores several rankings over one judged set and compares them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.matcher.evaluation.differences import differences_from
from services.matcher.evaluation.intervals import RESAMPLES, mean_intervals
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.metrics import PRIMARY, depth_of, metrics_at
from services.matcher.evaluation.progress import StageProgress, no_progress
from services.matcher.evaluation.rank_distribution import rank_distribution
from services.matcher.evaluation.rankers import PopularityRanker, RandomRanker, Ranker, track_record_total
from services.matcher.evaluation.ranking_run import FaultyRanking, Qrels, RankingRun, run_ranking
from services.matcher.evaluation.report import Difference, RankingReport, ReportVersions, SetReport
from services.matcher.evaluation.set_measures import set_measures
from services.matcher.evaluation.significance import PERMUTATIONS
from services.matcher.evaluation.slices import Facets, slices_of
from services.matcher.evaluation.versions import code_version, set_digest, versions_of

__all__ = [
    "FaultyRanking",
    "NothingToEvaluate",
    "StageProgress",
    "UnknownReference",
    "evaluate_set",
    "no_progress",
]

REFERENCE = "served"
"""The ranking that the others are compared with unless told otherwise, where it is among them."""
_NO_FACETS: Facets = MappingProxyType({})


class NothingToEvaluate(ValueError):
    """No query of the set has a relevant target in its corpus."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: no query has a relevant target in the corpus; check the ids in the judgments")


class UnknownReference(ValueError):
    """The ranking to compare with is not among those evaluated."""

    def __init__(self, reference: str, names: Sequence[str]) -> None:
        super().__init__(f"no ranking is called {reference!r}; name one of {', '.join(names)}")


def evaluate_set(
    judged: JudgedSet,
    rankers: Mapping[str, Ranker],
    *,
    progress: StageProgress = no_progress,
    seed: int = 0,
    resamples: int = RESAMPLES,
    cutoffs: Sequence[int] = (),
    facets: Facets = _NO_FACETS,
    reference: str | None = None,
) -> SetReport:
    """Scores of every ranking, and of the random and the popularity ordering beside them.

    Ignored pairs are dropped from a ranking before it is scored. `cutoffs` add metrics to the usual ones, `facets`
    label the queries for slices, `reference` is REFERENCE unless given. Raises NothingToEvaluate, UnknownReference and
    FaultyRanking.
    """
    qrels = judged.evaluated()
    if not qrels:
        raise NothingToEvaluate(judged.name)
    baselines = _baselines(judged, seed)
    compared = {**rankers, **baselines}
    if reference is not None and reference not in compared:
        raise UnknownReference(reference, list(compared))
    metrics, depth = metrics_at(cutoffs), depth_of(cutoffs)
    runs = {
        name: run_ranking(name, ranker, qrels, metrics, depth=depth, ignore=judged.ignore, progress=progress)
        for name, ranker in compared.items()
    }
    reports = {
        name: _ranking_report(
            run,
            compared[name],
            judged,
            qrels,
            facets=_NO_FACETS if name in baselines and name != reference else facets,
            metrics=list(metrics),
            seed=seed,
            resamples=resamples,
        )
        for name, run in runs.items()
    }
    chosen = reference or (REFERENCE if REFERENCE in runs else None)
    return SetReport(
        name=judged.name,
        queries=len(qrels),
        left_out=len(judged.subjects) - len(qrels),
        targets=len(judged.targets),
        rankings=reports,
        reference=chosen,
        differences=_differences(chosen, runs, reports, seed, resamples) if chosen else {},
        versions=ReportVersions(
            code=code_version(),
            set_digest=set_digest(judged),
            seed=seed,
            resamples=resamples,
            permutations=PERMUTATIONS,
        ),
        warnings=judged.warnings,
    )


def _baselines(judged: JudgedSet, seed: int) -> dict[str, Ranker]:
    totals = {target_id: track_record_total(record) for target_id, record in judged.targets}
    return {"popularity": PopularityRanker(totals), "random": RandomRanker(list(totals), seed=seed)}


def _ranking_report(
    run: RankingRun,
    ranker: Ranker,
    judged: JudgedSet,
    qrels: Qrels,
    *,
    facets: Facets,
    metrics: Sequence[str],
    seed: int,
    resamples: int,
) -> RankingReport:
    primary = run.scores[:, metrics.index(PRIMARY)]
    intervals = mean_intervals(run.scores, seed=seed, resamples=resamples)
    return RankingReport(
        metrics=dict(zip(metrics, intervals, strict=True)),
        measures=set_measures(run.rankings, qrels, [target_id for target_id, _ in judged.targets]),
        ranks=rank_distribution(run.rankings, qrels),
        per_query=dict(zip(qrels, primary.tolist(), strict=True)),
        slices=slices_of(primary, list(qrels), facets, seed=seed, resamples=resamples),
        versions=versions_of(ranker),
        is_meaningful=not isinstance(ranker, PopularityRanker) or ranker.is_meaningful,
    )


def _differences(
    reference: str,
    runs: Mapping[str, RankingRun],
    reports: Mapping[str, RankingReport],
    seed: int,
    resamples: int,
) -> dict[str, dict[str, Difference]]:
    """Of the reference and all others; one that means nothing is compared too, but does not make the tests stricter."""
    metrics = list(reports[reference].metrics)
    others = {name: run.scores for name, run in runs.items() if name != reference}
    meaningful = {name: scores for name, scores in others.items() if reports[name].is_meaningful}
    found = {
        name: differences
        for some in (meaningful, {name: scores for name, scores in others.items() if name not in meaningful})
        for name, differences in differences_from(
            runs[reference].scores, some, metrics, seed=seed, resamples=resamples
        ).items()
    }
    return {name: found[name] for name in others}
