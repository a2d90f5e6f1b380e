"""`liaison tune`: searches a policy's weights on judged data, and promises only what held-back queries support."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.cli.evaluation_display import StageBars
from services.cli.problems import CommandProblem
from services.cli.tune_display import tuned_view
from services.cli.tune_sets import MeasureSet
from services.matcher.evaluation.comparison import NothingToEvaluate
from services.matcher.evaluation.judged_set import JudgedSet
from services.matcher.evaluation.progress import StageProgress
from services.matcher.evaluation.set_folder import JudgedSetProblem, read_judged_set
from services.matcher.policies.documents import direction_of
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.tuning.summary import draft_of, tuning_json
from services.matcher.tuning.tuner import TooFewQueries, Tuned, TuneSettings, tune_pair
from shared.contracts.profiles import Kind

Pair = frozenset[Kind]


def tune_command(measure: MeasureSet, base: RankingPolicy) -> Callable[..., None]:
    """The command `tune` over a way to measure sets and the policy to beat, ready for typer to register."""

    def tune(
        folders: Annotated[
            list[Path], typer.Argument(metavar="SETDIR...", help="Folders of judged data: see docs/evaluation.md.")
        ],
        pair: Annotated[
            list[str] | None,
            typer.Option(metavar="KIND>KIND", help="Tune this pair of kinds only; may be repeated."),
        ] = None,
        seed: Annotated[int, typer.Option(min=0, help="Of folds, restarts and trees: equal seeds, equal results.")] = 0,
        folds: Annotated[int, typer.Option(min=2, max=20, help="Parts that are held back in turn.")] = 5,
        repeats: Annotated[int, typer.Option(min=1, max=20, help="Of the cross-validation, with other folds.")] = 3,
        restarts: Annotated[int, typer.Option(min=1, max=20, help="Starts of the search.")] = 1,
        learned: Annotated[bool, typer.Option("--learned", help="Train LambdaMART beside the weights.")] = False,
        out: Annotated[Path | None, typer.Option(help="Write the draft of a policy; models go beside it.")] = None,
        force: Annotated[bool, typer.Option("--force", help="Write a draft whose gain is not supported.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON; tables go to stderr.")] = False,
    ) -> None:
        """Search weights on judged data, and say what they gain on queries that were held back."""
        if out is not None and (out.is_dir() or not out.parent.is_dir()):
            raise CommandProblem(f"--out: {out} cannot be a file. Name one in a folder that exists.")
        settings = TuneSettings(seed=seed, folds=folds, repeats=repeats, restarts=restarts, is_learned=learned)
        tables = Console(stderr=as_json)
        try:
            found = []
            with StageBars() as bars:
                for one in _tuned(_by_pair(folders, pair or []), measure, base, settings, bars):
                    bars.clear()
                    found.append(one)
                    tables.print(tuned_view(one, base))
        except (JudgedSetProblem, NothingToEvaluate, TooFewQueries) as problem:
            raise CommandProblem(str(problem)) from None
        written = _written(found, base, out, is_forced=force)
        if as_json:
            result = {**tuning_json(found, settings, base), "written": written}
            typer.echo(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False))
        for path in written:
            tables.print(f"written: {path}", markup=False, soft_wrap=True)
        if out is not None and not written:
            tables.print("No gain is supported, so no draft was written; --force writes it all the same.")

    return tune


def _by_pair(folders: Sequence[Path], pairs: Sequence[str]) -> dict[Pair, list[JudgedSet]]:
    """Sets by the pair of kinds that they speak of, whoever asks, in their order."""
    wanted = [_pair(name) for name in pairs]
    found: dict[Pair, list[JudgedSet]] = {}
    for judged in [read_judged_set(folder) for folder in folders]:
        kinds = frozenset((judged.subject_kind, judged.target_kind))
        if wanted and kinds not in wanted:
            continue
        if len(kinds) == 1:
            raise CommandProblem(
                f"{judged.name}: both sides are {judged.subject_kind}; only pairs of two kinds are tuned."
            )
        if judged.name in {one.name for one in found.get(kinds, [])}:
            raise CommandProblem(f"{judged.name}: two sets have this name; rename one in its set.json.")
        found.setdefault(kinds, []).append(judged)
    if not found:
        raise CommandProblem("--pair: no set is of this pair of kinds. Name one that the sets' set.json states.")
    return found


def _pair(name: str) -> Pair:
    try:
        kinds = frozenset(direction_of(name))
    except ValueError:
        kinds = frozenset()
    if len(kinds) != 2:
        known = ", ".join(Kind)
        raise CommandProblem(f"--pair: {name!r} is no pair such as project>investor. Kinds are {known}.")
    return kinds


def _tuned(
    sets: dict[Pair, list[JudgedSet]],
    measure: MeasureSet,
    base: RankingPolicy,
    settings: TuneSettings,
    progress: StageProgress,
) -> Iterator[Tuned]:
    for judged in sets.values():
        yield tune_pair([measure(one, progress) for one in judged], base, settings, progress)


def _written(found: Sequence[Tuned], base: RankingPolicy, out: Path | None, *, is_forced: bool) -> list[str]:
    """Paths of the draft and of the models it names."""
    draft = draft_of(found, base, is_forced=is_forced) if out is not None else None
    if out is None or draft is None:
        return []
    models = ModelFolder(out.parent)
    named = set(draft.learned.values())
    paths = [models.write(one.model) for one in found if one.model is not None and one.model.model_id in named]
    text = json.dumps(draft.model_dump(mode="json", exclude_unset=True), indent=2, ensure_ascii=False)
    out.write_text(text + "\n", encoding="utf-8")
    return [str(path) for path in (out, *paths)]
