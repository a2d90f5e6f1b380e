"""Dated reports of soaks: Markdown for people and JSON for machines, side by side."""

import json
from datetime import datetime
from pathlib import Path

from services.cli.bench.report import BenchReport, as_json, machine

DEFAULT_DIRECTORY = Path("var/reports")


def write_report(report: BenchReport, directory: Path, *, now: datetime) -> Path:
    """Write both files; returns the path of the Markdown."""
    directory.mkdir(parents=True, exist_ok=True)
    stem = directory / f"{report.benchmark}-{now:%Y%m%dT%H%M%SZ}"
    document = as_json(report) | {"at": now.isoformat(), "holds": holds(report)}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    stem.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    page = stem.with_suffix(".md")
    page.write_text(as_markdown(report, now), encoding="utf-8")
    return page


def holds(report: BenchReport) -> bool:
    """Whether every check does."""
    return all(report.checks.values())


def as_markdown(report: BenchReport, now: datetime) -> str:
    """One page: what was asked, what was measured, what holds."""
    lines = [f"# {report.benchmark}, {now:%Y-%m-%d %H:%M} UTC", ""]
    lines += [f"{'Every check holds.' if holds(report) else '**NOT EVERY CHECK HOLDS.**'}", ""]
    lines += ["| setting | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in (dict(report.settings) | machine()).items()]
    for row in report.rows:
        lines += ["", f"## {row.name}", "", "| figure | value |", "|---|---:|"]
        lines += [f"| {name} | {value:,.6g} |" for name, value in row.figures.items()]
    lines += ["", "## Checks", "", "| claim | holds |", "|---|---|"]
    lines += [f"| {name} | {'yes' if is_held else '**NO**'} |" for name, is_held in report.checks.items()]
    lines += ["", *(f"- {note}" for note in report.notes)]
    return "\n".join(lines).rstrip() + "\n"
