"""`liaison allocate`: who meets whom in which slot of a matchmaking day, and again after drop-outs."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from services.cli.allocation_display import allocation_view
from services.cli.allocation_files import read_day, read_group, read_pairs, write_allocation
from services.cli.clients import MATCHER_URL, MatcherUrl, Service, connected
from services.cli.match_display import terminal_or_wide
from services.cli.problems import CommandProblem
from shared.contracts.allocations import Allocation, AllocationObjective

SOLVING_SECONDS = 180
Document = dict[str, Any]  # Any: JSON


def allocate_command(
    day: Annotated[Path | None, typer.Argument(help="A whole day in JSON; or give --first, --second, --slots.")] = None,
    first: Annotated[
        Path | None, typer.Option(metavar="CSV", help="The first group: profile_id[,capacity...].")
    ] = None,
    second: Annotated[Path | None, typer.Option(metavar="CSV", help="The second group.")] = None,
    slots: Annotated[str | None, typer.Option(help="Names of the slots, commas between them.")] = None,
    tables: Annotated[int | None, typer.Option(min=1, help="Meetings at a time.")] = None,
    minimums: Annotated[tuple[int, int], typer.Option("--minimum", help="Of each of both groups.")] = (0, 0),
    capacities: Annotated[tuple[int, int] | None, typer.Option("--capacity", help="Of each of both groups.")] = None,
    locks: Annotated[Path | None, typer.Option(metavar="CSV", help="Pairs that must meet: first,second.")] = None,
    bans: Annotated[Path | None, typer.Option(metavar="CSV", help="Pairs that must not: first,second.")] = None,
    objective: Annotated[AllocationObjective, typer.Option(help="What is worth most.")] = (
        AllocationObjective.PARTICIPATION
    ),
    floor: Annotated[float | None, typer.Option(min=0, max=1, help="The policy's where it is not given.")] = None,
    name: Annotated[str, typer.Option(help="What the day is called.")] = "Matchmaking day",
    resolve: Annotated[str | None, typer.Option(metavar="ID", help="Solve this allocation again.")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="With --resolve: a profile that cannot come.")] = None,
    release: Annotated[list[str] | None, typer.Option(help="With --resolve: one whose meetings may move.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the timetable: .csv or .json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")] = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Assign meetings by the matcher's scores; rules of both sides, capacities, slots, locks and bans are kept."""
    if resolve is not None:
        path = f"/v1/allocations/{resolve}:resolve"
        body: Document = {"dropped": drop or [], "released": release or []}
        body |= _pairs(locks, bans)
    else:
        path = "/v1/allocations"
        body = read_day(day) if day is not None else _day(first, second, slots, tables, minimums, capacities)
        if day is None:
            body |= {"name": name, "objective": objective, "floor": floor} | _pairs(locks, bans)
    document = _solved(matcher_url, path, body)
    allocation = Allocation.model_validate(document)
    if out is not None:
        write_allocation(allocation, out)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    terminal_or_wide().print(allocation_view(allocation))


def _solved(matcher_url: str, path: str, body: Document) -> Document:
    """The answer; meanwhile a spinner says that it is being worked on."""
    working = Console(stderr=True).status("Scoring every pair, then solving: up to half a minute")
    with connected(Service.MATCHER, matcher_url, answer_seconds=SOLVING_SECONDS) as matcher, working:
        return matcher.post(path, body)


def _day(
    first: Path | None,
    second: Path | None,
    slots: str | None,
    tables: int | None,
    minimums: tuple[int, int],
    capacities: tuple[int, int] | None,
) -> Document:
    if first is None or second is None or slots is None:
        raise CommandProblem("Give a day in JSON, or --first, --second and --slots, or --resolve.")
    groups = [
        {"participants": read_group(file), "minimum": minimum} | ({} if capacity is None else {"capacity": capacity})
        for file, minimum, capacity in zip((first, second), minimums, capacities or (None, None), strict=True)
    ]
    named = [one.strip() for one in slots.split(",") if one.strip()]
    return {"first": groups[0], "second": groups[1], "slots": [{"name": one, "tables": tables} for one in named]}


def _pairs(locks: Path | None, bans: Path | None) -> Document:
    files = {"locks": locks, "bans": bans}
    return {field: read_pairs(file) for field, file in files.items() if file is not None}
