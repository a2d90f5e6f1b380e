"""`liaison match`: counterparts for a stored profile, a text or a profile in a file."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.clients import MATCHER_URL, MatcherUrl, Service, connected
from services.cli.match_display import match_table, provenance_line, terminal_or_wide
from services.cli.match_filters import FILTER_HELP, parse_filter
from services.cli.problems import CommandProblem
from shared.contracts.matches import MatchResponse
from shared.contracts.profiles import Kind

Subject = dict[str, Any]  # Any: JSON


def match_command(
    to: Annotated[list[Kind], typer.Option(help="The kind to find; may be given several times.")],
    profile: Annotated[str | None, typer.Option(metavar="ID", help="A stored profile's id.")] = None,
    external: Annotated[
        tuple[str, str] | None, typer.Option(metavar="SOURCE EXTERNAL_ID", help="A stored profile by its own name.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Free text.")] = None,
    text_kind: Annotated[Kind, typer.Option(help="What the text stands for.")] = Kind.RD_DEMAND,
    file: Annotated[Path | None, typer.Option(help="A JSON file with a whole profile.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    conditions: Annotated[list[str] | None, typer.Option("--filter", help=FILTER_HELP)] = None,
    floor: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave out lower scores; the policy's where it is not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")] = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Propose counterparts, best first; give one of --profile, --external, --text, --file."""
    subject = _subject(profile, external, text, text_kind, file)
    filters = [parse_filter(condition).model_dump(mode="json", exclude_none=True) for condition in conditions or []]
    request = subject | {"target_kinds": to, "limit": limit, "filters": filters, "floor": floor}
    with connected(Service.MATCHER, matcher_url) as matcher:
        document = matcher.post("/v1/matches", request)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    answer = MatchResponse.model_validate(document)
    out = terminal_or_wide()
    nothing = "No match: nothing eligible, or nothing above the floor (see --floor)."
    out.print(match_table(answer) if answer.matches else nothing)
    out.print(provenance_line(answer))


def _subject(
    profile: str | None, external: tuple[str, str] | None, text: str | None, text_kind: Kind, file: Path | None
) -> Subject:
    ways = {"profile": profile, "external": external, "text": text, "file": file}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) != 1:
        got = " and ".join(f"--{name}" for name in given) or "none"
        raise CommandProblem(f"Give exactly one of --profile, --external, --text, --file; got {got}.")
    if profile is not None:
        return {"subject_id": profile}
    if external is not None:
        from services.catalog.profiles.rules import profile_id  # noqa: PLC0415 - only this way to name a profile needs it

        return {"subject_id": profile_id(*external)}
    if text is not None:
        return {"text": {"text": text, "kind": text_kind}}
    assert file is not None  # one of the four is given
    return {"profile": _profile(file)}


def _profile(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandProblem(f"--file: {file} cannot be read ({error.strerror}). Check the path.") from None
    except ValueError as error:
        raise CommandProblem(f"--file: {file} is not JSON ({error}). Write one profile object in UTF-8.") from None
