"""What an evaluation found, and its JSON form."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from services.matcher.evaluation.intervals import Interval
from services.matcher.evaluation.metrics import PRIMARY
from services.matcher.evaluation.set_measures import SetMeasures
from services.matcher.evaluation.slices import MINIMUM_QUERIES, Slice, worst_slice

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mean over queries of one ranking's metric minus another's, with its 95 % interval and what chance would do."""

    mean: float
    low: float
    high: float
    p_value: float
    """Two-sided, by the paired randomisation test."""
    p_holm: float
    """The same adjusted for all rankings that are compared in this metric."""

    def as_json(self) -> Json:
        """The interval as a pair."""
        return {
            "mean": self.mean,
            "interval": [self.low, self.high],
            "p_value": self.p_value,
            "p_holm": self.p_holm,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingReport:
    """One ranking of one set: the mean over the queries of every metric, with its interval, and what lies behind it."""

    metrics: Mapping[str, Interval]
    measures: SetMeasures
    ranks: Mapping[str, int]
    """Relevant pairs by bucket of ranks."""
    per_query: Mapping[str, float]
    """PRIMARY by query."""
    slices: tuple[Slice, ...] = ()
    """Of PRIMARY."""
    versions: Mapping[str, str] = field(default_factory=dict)
    is_meaningful: bool = True
    """False for the popularity ordering where no target has a track record: it is then an order by id."""

    @property
    def worst(self) -> Slice | None:
        """The slice with the lowest mean among those that are large enough."""
        return worst_slice(self.slices)

    def as_json(self) -> Json:
        """Means by metric, and beside them `intervals` with the low and the high end of each."""
        means: Json = {metric: interval.mean for metric, interval in self.metrics.items()}
        worst = self.worst
        return means | {
            "intervals": {metric: [interval.low, interval.high] for metric, interval in self.metrics.items()},
            "meaningful": self.is_meaningful,
            "measures": self.measures.as_json(),
            "ranks_of_relevant": dict(self.ranks),
            "slices": [one.as_json() for one in self.slices],
            "worst_slice": None if worst is None else worst.as_json(),
            "versions": dict(self.versions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersions:
    """What the whole set's report stands on."""

    code: str
    set_digest: str
    seed: int
    resamples: int
    permutations: int


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
    versions: ReportVersions
    reference: str | None = None
    differences: Mapping[str, Mapping[str, Difference]]
    """By other ranking: the reference's metrics minus its, paired by query."""
    warnings: tuple[str, ...] = ()

    @property
    def compared(self) -> RankingReport | None:
        """The reference's own report."""
        return None if self.reference is None else self.rankings[self.reference]

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
                name: {metric: difference.as_json() for metric, difference in differences.items()}
                for name, differences in self.differences.items()
            },
            "slices_of": PRIMARY,
            "slice_minimum": MINIMUM_QUERIES,
            "versions": asdict(self.versions),
            "warnings": list(self.warnings),
        }


def report_json(reports: Sequence[SetReport]) -> Json:
    """The whole report: `{"sets": [...]}`."""
    return {"sets": [report.as_json() for report in reports]}
