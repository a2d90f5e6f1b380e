"""An evaluation as one HTML page that needs nothing else: tables, plots and versions, headed in English and Chinese."""

from collections.abc import Sequence
from html import escape

from services.cli.evaluation_plots import differences_plot, metrics_plot, ranks_plot, slices_plot
from services.cli.evaluation_tables import difference_text, interval_text, slice_notes
from services.matcher.evaluation.metrics import PRIMARY
from services.matcher.evaluation.report import RankingReport, SetReport
from services.matcher.evaluation.slices import MINIMUM_QUERIES
from shared.kit.html_page import html_page, html_table, plot_figure


def evaluation_page(reports: Sequence[SetReport]) -> str:
    """The whole page, one section a set."""
    sections = "".join(_section(report) for report in reports)
    return html_page("Evaluation 评估报告", sections)


def _section(report: SetReport) -> str:
    parts = [
        f"<h2>{escape(report.name)}</h2>",
        f"<p>{report.queries} queries, {report.targets} targets; {report.left_out} queries without a relevant target "
        f"left out. 评估查询 {report.queries} 条，候选对象 {report.targets} 个，"
        f"另有 {report.left_out} 条无相关对象，未计入。</p>",
        *(f'<p class="note">Note 提示: {escape(warning)}</p>' for warning in report.warnings),
        "<h3>Rankings 排序对比</h3>",
        _metrics_table(report),
        plot_figure("Every metric by ranking, with 95 % intervals. 各排序的指标与 95% 区间。", metrics_plot(report)),
        *_comparison(report),
        "<h3>The whole 整体情况</h3>",
        _measures_table(report),
        "<h3>Where the relevant stand 相关对象的名次分布</h3>",
        plot_figure("Share of the relevant pairs by range of ranks. 相关配对在各名次区间的占比。", ranks_plot(report)),
        *(_slices(report, report.compared) if report.compared is not None else ()),
        "<h3>Versions 版本</h3>",
        _versions_table(report),
    ]
    return f"<section>{''.join(parts)}</section>\n"


def _metrics_table(report: SetReport) -> str:
    metrics = list(next(iter(report.rankings.values())).metrics)
    rows = [
        (
            "" if ranking.is_meaningful else "dim",
            [
                escape(name),
                *(
                    f'<span class="{"best" if name in report.best(metric) else ""}">{interval.mean:.3f} '
                    f"±{interval.half_width:.3f}</span>"
                    for metric, interval in ranking.metrics.items()
                ),
            ],
        )
        for name, ranking in report.rankings.items()
    ]
    return html_table(["ranking 排序", *metrics], rows)


def _comparison(report: SetReport) -> list[str]:
    """Differences from the reference; nothing where there is none or nothing to compare with."""
    others = [name for name in report.differences if report.rankings[name].is_meaningful]
    if not others:
        return []
    rows = [
        (
            "",
            [f"{escape(str(report.reference))} - {escape(name)}", difference_text(report.differences[name][PRIMARY])],
        )
        for name in others
    ]
    plotted = [name for name in others if name != "random"][:4]
    plot = differences_plot(report, plotted) if plotted else ""
    told = "Difference of every query, sorted; blue where the reference is better. 逐条查询的差值，蓝色表示基准更好。"
    return [
        f"<h3>Differences in {PRIMARY} 差异</h3>",
        html_table(["difference 差值", "95 % interval, p 区间与显著性"], rows),
        plot_figure(told, plot) if plot else "",
    ]


def _measures_table(report: SetReport) -> str:
    names = {
        "answered": "answered 有结果的查询",
        "coverage@10": "coverage@10 覆盖率",
        "exposure_gini@10": "exposure Gini@10 曝光基尼系数",
        "unjudged@10": "unjudged@10 未评判占比",
    }
    rows = [
        (
            "" if ranking.is_meaningful else "dim",
            [escape(name), *(f"{value:.3f}" for value in ranking.measures.as_json().values())],
        )
        for name, ranking in report.rankings.items()
    ]
    return html_table(["ranking 排序", *names.values()], rows)


def _slices(report: SetReport, compared: RankingReport) -> list[str]:
    shown = [one for one in compared.slices if not one.is_whole]
    if compared.worst is None:
        return []
    rows = [
        (
            "worst" if one == compared.worst else "" if one.interval else "dim",
            [
                escape(f"{one.facet}: {one.label}"),
                str(one.queries),
                f"{one.mean:.3f}" + (f" ±{one.interval.half_width:.3f}" if one.interval else ""),
                interval_text(one.difference) if one.difference else "too few 样本过少",
            ],
        )
        for one in shown
    ]
    told = (
        f"{PRIMARY} of the slices with {MINIMUM_QUERIES} queries or more; dashed: all queries; orange: the worst. "
        f"不少于 {MINIMUM_QUERIES} 条查询的各分组的 {PRIMARY}；虚线为全部查询；橙色为最差分组。"
    )
    return [
        f"<h3>Slices of {escape(str(report.reference))} 分组表现</h3>",
        *(f"<p>{escape(note[0].upper() + note[1:])}.</p>" for note in slice_notes(compared)),
        plot_figure(told, slices_plot(compared)),
        html_table(["slice 分组", "queries 查询数", f"{PRIMARY} 均值", "to the whole 与整体之差"], rows),
    ]


def _versions_table(report: SetReport) -> str:
    stands_on = report.versions
    rows = [
        ("code 代码", stands_on.code),
        ("judged set 数据集", stands_on.set_digest),
        ("seed 随机种子", str(stands_on.seed)),
        ("resamples, permutations 重采样与置换次数", f"{stands_on.resamples}, {stands_on.permutations}"),
        *(
            (f"{name}: {key}", value)
            for name, ranking in report.rankings.items()
            for key, value in ranking.versions.items()
        ),
    ]
    return html_table(["", ""], [("", [escape(key), f"<code>{escape(value)}</code>"]) for key, value in rows])
