"""`liaison evaluate`: scores the served ranking and its rivals over folders of judged data."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console

from services.catalog.imports.records import RecordProblem, profile_from_record
from services.cli.evaluation_display import StageBars, set_table
from services.matcher.evaluation.comparison import (
    FaultyRanking,
    NothingToEvaluate,
    StageProgress,
    evaluate_set,
    no_progress,
)
from services.matcher.evaluation.intervals import RESAMPLES
from services.matcher.evaluation.judged_set import JudgedSet, Record
from services.matcher.evaluation.rankers import Ranker
from services.matcher.evaluation.report import SetReport, report_json
from services.matcher.evaluation.set_folder import JudgedSetProblem, read_judged_set
from shared.contracts.profiles import Kind, Profile

ProfileById = Sequence[tuple[str, Profile]]


class RankerFactory(Protocol):
    """Builds the rankings of one set from its profiles; the ids are the set's own."""

    def __call__(self, subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
        """Rankings by name, such as `served`, `dense` and `lexical`."""
        ...


class _RankerOfMapped:
    """A ranking that finds nothing for a subject which stands for no profile, so that its query scores 0."""

    def __init__(self, ranker: Ranker, subjects: frozenset[str]) -> None:
        self._ranker = ranker
        self._subjects = subjects

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        return self._ranker.rank(subject_id, depth) if subject_id in self._subjects else ()


def evaluate_folders(
    folders: Sequence[Path],
    *,
    build_rankers: RankerFactory,
    progress: StageProgress = no_progress,
    qrels: str = "qrels.tsv",
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Iterator[SetReport]:
    """One report a folder, in their order; all are read first, so that a fault in the last is found at once.

    Raises JudgedSetProblem, NothingToEvaluate and FaultyRanking.
    """
    for judged in [read_judged_set(folder, qrels=qrels) for folder in folders]:
        if not judged.evaluated():
            raise NothingToEvaluate(judged.name)
        subjects, subject_warnings = _profiles(judged.subjects, judged.subject_kind, judged.name)
        targets, target_warnings = _profiles(judged.targets, judged.target_kind, judged.name)
        mapped = frozenset(subject_id for subject_id, _ in subjects)
        rankers = {
            name: _RankerOfMapped(ranker, mapped) for name, ranker in build_rankers(subjects, targets, progress).items()
        }
        told: JudgedSet = replace(judged, warnings=(*judged.warnings, *subject_warnings, *target_warnings))
        yield evaluate_set(told, rankers, progress=progress, seed=seed, resamples=resamples)


def _profiles(
    records: Sequence[tuple[str, Record]], kind: Kind, source: str
) -> tuple[list[tuple[str, Profile]], list[str]]:
    """Profiles by the set's ids, and a warning if some records stand for none."""
    profiles = []
    problems = []
    for record_id, record in records:
        try:
            profiles.append((record_id, profile_from_record(record, kind=kind, source=source)))
        except RecordProblem as problem:
            problems.append(f"{record_id}: {problem}")
    if not problems:
        return profiles, []
    return profiles, [
        f"{len(problems)} of {len(records)} records stand for no {kind} and score nothing; the first is {problems[0]}"
    ]


def evaluate_command(build_rankers: RankerFactory) -> Callable[..., None]:
    """The command `evaluate` over the given rankings, ready for typer to register."""

    def evaluate(
        folders: Annotated[
            list[Path], typer.Argument(metavar="SETDIR...", help="Folders of judged data: see docs/evaluation.md.")
        ],
        json_file: Annotated[
            Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - for stdout.")
        ] = None,
        qrels: Annotated[str, typer.Option(help="Name of the judgments' file in each folder.")] = "qrels.tsv",
        seed: Annotated[int, typer.Option(min=0, help="Seed of the random ordering and of the intervals.")] = 0,
    ) -> None:
        """Score the served ranking, its legs and the baselines over judged data."""
        is_json_on_stdout = json_file is not None and str(json_file) == "-"
        if json_file is not None and (json_file.is_dir() or not json_file.parent.is_dir()):
            typer.echo(f"Error: --json: {json_file} cannot be a file. Name one in a folder that exists.", err=True)
            raise typer.Exit(2)  # as typer does for a bad option, whose box would break a long path into pieces
        tables = Console(stderr=is_json_on_stdout)
        reports: list[SetReport] = []
        try:
            with StageBars() as bars:
                for report in evaluate_folders(
                    folders, build_rankers=build_rankers, progress=bars, qrels=qrels, seed=seed
                ):
                    bars.clear()
                    reports.append(report)
                    tables.print(set_table(report))
                    if json_file is not None and not is_json_on_stdout:  # After every set: a later one may fail.
                        json_file.write_text(_as_text(reports) + "\n", encoding="utf-8")
        except (JudgedSetProblem, NothingToEvaluate, FaultyRanking) as problem:
            typer.echo(f"Error: {problem}", err=True)
            raise typer.Exit(1) from None
        if is_json_on_stdout:
            typer.echo(_as_text(reports))

    return evaluate


def _as_text(reports: Sequence[SetReport]) -> str:
    return json.dumps(report_json(reports), indent=2, ensure_ascii=False, allow_nan=False)
