"""What a benchmark reports: rows of figures, ratios, checks; as JSON and as tables."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

Setting = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured; a figure's name ends in its unit."""

    name: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """One benchmark's outcome."""

    benchmark: str
    settings: Mapping[str, Setting]
    rows: Sequence[Row]
    ratios: Mapping[str, float]
    """Ours over a peer measured in the same run; the name says which way round."""
    checks: Mapping[str, bool]
    """Claims that hold or do not, whatever the machine."""
    notes: Sequence[str] = ()


def as_json(report: BenchReport) -> dict[str, object]:
    """The report for machines."""
    return {
        "benchmark": report.benchmark,
        "machine": machine(),
        "settings": dict(report.settings),
        "rows": [
            {"name": row.name, **{name: _rounded(value) for name, value in row.figures.items()}} for row in report.rows
        ],
        "ratios": {name: _rounded(value) for name, value in report.ratios.items()},
        "checks": dict(report.checks),
        "notes": list(report.notes),
    }


def as_tables(report: BenchReport) -> Group:
    """The report for people."""
    settings = ", ".join(f"{name} {value}" for name, value in report.settings.items() if value is not None)
    figures = Table(title=Text(f"{report.benchmark}: {settings}"), title_justify="left")
    columns = list(dict.fromkeys(name for row in report.rows for name in row.figures))
    figures.add_column("measured", no_wrap=True)
    for column in columns:
        figures.add_column(column, justify="right")
    for row in report.rows:
        figures.add_row(Text(row.name), *(_cell(row.figures.get(column)) for column in columns))
    ratios = Table(show_header=False)
    for name, value in report.ratios.items():
        ratios.add_row(Text(name), _cell(value))
    for name, holds in report.checks.items():
        ratios.add_row(Text(name), Text("yes" if holds else "NO", style="green" if holds else "bold red"))
    return Group(figures, ratios, *(Text(f"note: {note}") for note in report.notes))


def machine() -> dict[str, object]:
    """What the figures were taken on, and how busy it is."""
    return {
        "cpus": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_average_1_minute": round(os.getloadavg()[0], 2),
    }


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return float(np.median(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """Linear between the two nearest values."""
    return float(np.percentile(values, percent))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.3g}"
