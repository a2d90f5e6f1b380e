"""What an evaluation found, and its JSON form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.evaluation.intervals import Interval

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingReport:
    """One ranking of one set: the mean over the queries of every metric, with its interval."""

    metrics: Mapping[str, Interval]
    is_meaningful: bool = True
    """False for the popularity ordering where no target has a track record: it is then an order by id."""

    def as_json(self) -> Json:
        """Means by metric, and beside them `intervals` with the low and the high end of each."""
        means: Json = {metric: interval.mean for metric, interval in self.metrics.items()}
        means["intervals"] = {metric: [interval.low, interval.high] for metric, interval in self.metrics.items()}
        means["meaningful"] = self.is_meaningful
        return means


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """Every ranking of one set."""

    name: str
    queries: int
    """Evaluated: those with a relevant target in the corpus."""
    left_out: int
    """Queries without one."""
    targets: int
    rankings: Mapping[str, RankingReport]
    reference: str | None = None
    differences: Mapping[str, Mapping[str, Interval]]
    """By other ranking: the reference's metrics minus its, paired by query."""
    warnings: tuple[str, ...] = ()

    def best(self, metric: str) -> frozenset[str]:
        """Names of the meaningful rankings with the highest mean; several where they tie."""
        means = {name: ranking.metrics[metric].mean for name, ranking in self.rankings.items() if ranking.is_meaningful}
        return frozenset(name for name, mean in means.items() if mean == max(means.values()))

    def as_json(self) -> Json:
        """The set's entry in the JSON report."""
        return {
            "name": self.name,
            "queries": self.queries,
            "left_out": self.left_out,
            "targets": self.targets,
            "rankings": {name: ranking.as_json() for name, ranking in self.rankings.items()},
            "reference": self.reference,
            "differences": {
                name: {
                    metric: {"mean": difference.mean, "interval": [difference.low, difference.high]}
                    for metric, difference in differences.items()
                }
                for name, differences in self.differences.items()
            },
            "warnings": list(self.warnings),
        }


def report_json(reports: Sequence[SetReport]) -> Json:
    """The whole report: `{"sets": [...]}`."""
    return {"sets": [report.as_json() for report in reports]}
