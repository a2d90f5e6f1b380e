"""The plots of an evaluation as SVG texts to stand inside a page; equal input gives equal text."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from services.matcher.evaluation.metrics import METRICS, PRIMARY
from services.matcher.evaluation.rank_distribution import BUCKETS
from services.matcher.evaluation.report import RankingReport, SetReport
from shared.kit.svg_plots import BLUE, GREY, ORANGE, svg_plot, with_room


def metrics_plot(report: SetReport) -> str:
    """A panel a metric: every ranking's mean with its interval."""

    def draw(figure: Figure) -> None:
        names = list(report.rankings)
        for axes, metric in zip(_row(figure, len(METRICS)), METRICS, strict=True):
            intervals = [report.rankings[name].metrics[metric] for name in names]
            means = [interval.mean for interval in intervals]
            errors = [
                [max(0.0, interval.mean - interval.low) for interval in intervals],
                [max(0.0, interval.high - interval.mean) for interval in intervals],
            ]
            colours = [BLUE if name == report.reference else GREY for name in names]
            axes.barh(range(len(names)), means, xerr=errors, color=colours, ecolor="#222222", capsize=2, height=0.65)
            axes.set_title(metric)
            axes.set_xlim(left=0)
            axes.set_yticks(range(len(names)), names)
            axes.invert_yaxis()
        _share_labels(figure)

    return svg_plot(draw, height=0.9 + 0.3 * len(report.rankings), salt="metrics")


def slices_plot(ranking: RankingReport) -> str:
    """The mean of every slice that is large enough, with its interval, beside the mean of all."""
    slices = [one for one in ranking.slices if one.is_comparable]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for row, one in enumerate(slices):
            assert one.interval is not None
            colour = ORANGE if one == ranking.worst else BLUE
            axes.plot([one.interval.low, one.interval.high], [row, row], color=colour, linewidth=2)
            axes.plot([one.mean], [row], "o", color=colour, markersize=5)
        axes.axvline(ranking.metrics[PRIMARY].mean, color="#222222", linewidth=1, linestyle="--")
        axes.set_yticks(range(len(slices)), [with_room(f"{one.facet}: {one.label} ({one.queries})") for one in slices])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_ylim(len(slices) - 0.4, -0.6)
        axes.set_xlabel(PRIMARY)
        axes.grid(axis="y", color="#e6e8eb", linewidth=0.6)

    return svg_plot(draw, height=0.8 + 0.21 * len(slices), salt="slices")


def differences_plot(report: SetReport, others: Sequence[str]) -> str:
    """A panel a rival: the difference of every query, the reference's gains to the left."""
    assert report.compared is not None
    reference = report.compared.per_query

    def draw(figure: Figure) -> None:
        for axes, name in zip(_row(figure, len(others), share=True), others, strict=True):
            rival = report.rankings[name].per_query
            differences = sorted((reference[query] - rival[query] for query in reference), reverse=True)
            above, below = sum(value > 0 for value in differences), sum(value < 0 for value in differences)
            places = range(len(differences))
            axes.fill_between(places, differences, step="mid", where=_signs(differences, 1), color=BLUE)
            axes.fill_between(places, differences, step="mid", where=_signs(differences, -1), color=ORANGE)
            axes.axhline(0, color="#222222", linewidth=0.6)
            axes.set_title(f"{report.reference} - {name}")
            axes.set_xlabel(f"better {above}, equal {len(differences) - above - below}, worse {below}")
            axes.set_ylim(-1.05, 1.05)

    return svg_plot(draw, height=2.6, salt="differences")


def ranks_plot(report: SetReport) -> str:
    """For every ranking, which share of the relevant pairs stands in which range of ranks."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        names = list(report.rankings)
        shades = mpl.colormaps["Blues"]
        left = [0.0] * len(names)
        for number, bucket in enumerate(BUCKETS):
            counts = [report.rankings[name].ranks for name in names]
            shares = [count[bucket] / sum(count.values()) for count in counts]
            is_last = number == len(BUCKETS) - 1
            colour = "#e6e8eb" if is_last else shades(0.95 - 0.75 * number / (len(BUCKETS) - 1))
            axes.barh(range(len(names)), shares, left=left, color=colour, label=bucket, height=0.65)
            left = [start + share for start, share in zip(left, shares, strict=True)]
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of the relevant pairs")
        axes.legend(ncols=len(BUCKETS), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, title="rank")

    return svg_plot(draw, height=1.5 + 0.3 * len(report.rankings), salt="ranks")


def _row(figure: Figure, panels: int, *, share: bool = False) -> list[Axes]:
    return list(figure.subplots(1, panels, squeeze=False, sharey=share)[0])


def _share_labels(figure: Figure) -> None:
    """Only the first panel of a row names the rankings."""
    for axes in figure.axes[1:]:
        axes.tick_params(labelleft=False)


def _signs(values: Sequence[float], sign: int) -> list[bool]:
    return [value * sign > 0 for value in values]
