"""`liaison golden`: golden sets of a running matcher, judged by hand, from files and from feedback."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.answered import Document, tell
from services.cli.clients import MATCHER_URL, MatcherUrl, Service, ServiceClient, connected
from services.cli.golden_display import derived_view, imported_line, judgment_line, set_line, sets_table
from services.cli.problems import CommandProblem
from shared.contracts.golden_sets import (
    MAX_GRADE,
    DerivedJudgments,
    GoldenSet,
    ImportedJudgments,
    Judgment,
    JudgmentFormat,
    JudgmentSource,
)
from shared.contracts.profiles import Kind

golden_app = typer.Typer(no_args_is_help=True, help="Golden sets: judged pairs, by hand, from files, from feedback.")

NameOrId = Annotated[str, typer.Argument(metavar="SET", help="Name or id of a golden set.")]
By = Annotated[str, typer.Option(help="Who judges.", envvar="LIAISON_OPERATOR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")]
Format = Annotated[JudgmentFormat, typer.Option("--format", help="TREC qrels, or CSV with notes, judges and sources.")]
Sources = Annotated[
    list[JudgmentSource] | None,
    typer.Option("--source", help="The most trusted first; may be given several times. All where it is not given."),
]


@golden_app.command("list")
def list_command(as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """Every set that is not archived, with its judgments counted by source."""
    with connected(Service.MATCHER, matcher_url) as matcher:
        found = list(_sets(matcher, with_archived=False))
    tell({"items": found}, as_json, lambda _: sets_table([GoldenSet.model_validate(one) for one in found]))


@golden_app.command("create")
def create_command(
    name: Annotated[str, typer.Argument(help="A name of its own.")],
    subject: Annotated[Kind, typer.Option("--from", help="The kind that asks.")],
    target: Annotated[Kind, typer.Option("--to", help="The kind that is proposed.")],
    description: Annotated[str, typer.Option(help="What is judged, by whom.")] = "",
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """A new, empty set."""
    body = {"name": name, "subject_kind": subject, "target_kind": target, "description": description}
    with connected(Service.MATCHER, matcher_url) as matcher:
        answer = matcher.post("/v1/golden-sets", body)
    tell(answer, as_json, lambda told: set_line(GoldenSet.model_validate(told)))


@golden_app.command("judge")
def judge_command(
    golden_set: NameOrId,
    subject: Annotated[str, typer.Argument(help="Id of the profile that asks.")],
    target: Annotated[str, typer.Argument(help="Id of the profile that is proposed.")],
    grade: Annotated[int, typer.Argument(min=0, max=MAX_GRADE, help="0 does not fit, 1 plausible, 2 fits, 3 proven.")],
    by: By,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Judge a pair by hand; your earlier judgment of it is replaced."""
    body = {"subject_id": subject, "target_id": target, "grade": grade, "by": by, "note": note}
    with connected(Service.MATCHER, matcher_url) as matcher:
        answer = matcher.send("PUT", f"{_path(matcher, golden_set)}/judgments", json=body)
    tell(answer, as_json, lambda told: judgment_line(Judgment.model_validate(told)))


@golden_app.command("import")
def import_command(
    golden_set: NameOrId,
    file: Annotated[Path, typer.Argument(help="TREC qrels or CSV, in UTF-8.")],
    by: By,
    form: Format = JudgmentFormat.QRELS,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Take a file of judgments, all of it or nothing."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CommandProblem(f"{file} cannot be read ({error.strerror}). Check the path.") from None
    with connected(Service.MATCHER, matcher_url) as matcher:
        path = f"{_path(matcher, golden_set)}/judgments:import"
        answer = matcher.send("POST", path, params={"format": form, "by": by}, content=data)
    tell(answer, as_json, lambda told: imported_line(ImportedJudgments.model_validate(told)))


@golden_app.command("export")
def export_command(
    golden_set: NameOrId,
    form: Format = JudgmentFormat.QRELS,
    source: Sources = None,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Print judgments: qrels with one grade a pair, of the first source that judged it, or CSV with all of them."""
    asked = {"format": form, "source": source or list(JudgmentSource)}
    with connected(Service.MATCHER, matcher_url) as matcher:
        path = f"{_path(matcher, golden_set)}/judgments:export"
        with matcher.stream("GET", path, params=asked) as response:
            text = response.read().decode()
    typer.echo(text, nl=False)


@golden_app.command("derive")
def derive_command(
    golden_set: NameOrId,
    source: Sources = None,
    minimum_impressions: Annotated[int | None, typer.Option(min=1, help="A pair shown less often is left out.")] = None,
    minimum_expected_clicks: Annotated[
        float | None, typer.Option(help="So is one whose places would have earned fewer clicks.")
    ] = None,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Make judgments of outcomes, answers and clicks; what was derived before is replaced, what is manual stays."""
    given = {
        "sources": source,
        "minimum_impressions": minimum_impressions,
        "minimum_expected_clicks": minimum_expected_clicks,
    }
    body = {name: value for name, value in given.items() if value is not None}
    with connected(Service.MATCHER, matcher_url) as matcher:
        answer = matcher.post(f"{_path(matcher, golden_set)}/judgments:derive", body)
    tell(answer, as_json, lambda told: derived_view(DerivedJudgments.model_validate(told)))


@golden_app.command("folder")
def folder_command(
    golden_set: NameOrId,
    folder: Annotated[Path, typer.Argument(help="Where the set is written.")],
    source: Sources = None,
    database_url: Annotated[
        str, typer.Option(envvar="LIAISON_MATCHER_DATABASE_URL", help="The matcher's database: it holds the profiles.")
    ] = "sqlite:///var/matcher.db",
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Write a set with the profiles it judges, for `liaison evaluate`; hidden targets stay out."""
    from services.matcher.judgments.set_writer import write_set_folder  # noqa: PLC0415 - the database takes a second
    from services.matcher.judgments.stored_set import stored_judged_set  # noqa: PLC0415
    from shared.kit.database import create_database  # noqa: PLC0415

    with connected(Service.MATCHER, matcher_url) as matcher:
        set_id = _path(matcher, golden_set).rpartition("/")[2]
    database = create_database(database_url)
    try:
        with database.read() as session:
            judged = stored_judged_set(session, set_id, source or tuple(JudgmentSource))
    finally:
        database.close()
    write_set_folder(judged, folder)
    for warning in judged.warnings:
        typer.echo(f"Note: {warning}", err=True)
    typer.echo(f"{folder}: {len(judged.subjects)} queries, {len(judged.targets)} targets")


def _sets(matcher: ServiceClient, *, with_archived: bool) -> list[Document]:
    found: list[Document] = []
    asked: dict[str, str | int] = {"limit": 500, "with_archived": str(with_archived).lower()}
    while True:
        page = matcher.get("/v1/golden-sets", **asked)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


def _path(matcher: ServiceClient, name_or_id: str) -> str:
    for one in _sets(matcher, with_archived=True):
        if name_or_id in (one["name"], one["id"]):
            return f"/v1/golden-sets/{one['id']}"
    raise CommandProblem(f"No golden set is called {name_or_id!r}. `liaison golden list` shows them.")
