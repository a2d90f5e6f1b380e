"""`liaison allocate` against a running matcher: a whole roadshow from CSV files, drop-outs, files at fault."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from services.cli.allocation_files import timetable_csv
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.contracts.allocations import Allocation
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run
from tests.factories import make_investor, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer

PROJECTS, INVESTORS = 200, 80
SLOTS = [f"{9 + number // 3:02}:{number % 3 * 20:02}" for number in range(12)]
WORDS = ["anode", "binder", "coating", "drive", "electrolyte", "filter", "gasket", "heater", "inverter", "joint"]


def words(number: int) -> str:
    return " ".join(WORDS[number * step % 10] for step in (1, 3, 7))


@pytest.fixture(scope="module")
def matcher_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A matcher that knows two hundred projects and eighty investors, a third of which want TRL 5."""
    folder = tmp_path_factory.mktemp("roadshow")
    rule = {"condition": {"op": "at_least", "attribute": "trl", "value": 5}}
    with FeedServer() as feed:
        for number in range(PROJECTS):
            feed.tell(f"p{number}", make_project(title=f"Better {words(number)} {number}", trl=1 + number % 9))
        for number in range(INVESTORS):
            rules = [rule] if number % 3 == 0 else []
            feed.tell(f"i{number}", make_investor(title=f"Fund {number}", thesis=words(number + 1), rules=rules))
        settings = MatcherSettings(
            catalog_url=feed.url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
        )
        with served(create_matcher(settings, lambda _: HashingEncoder())) as url:
            feed.wait_until_read_to(feed.latest_seq)
            yield url


def write_csv(file: Path, header: str, *rows: str) -> Path:
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def told(*arguments: str, matcher_url: str) -> Allocation:
    result = run("allocate", *arguments, "--json", "--matcher-url", matcher_url)
    assert result.exit_code == 0, result.output
    return Allocation.model_validate_json(result.stdout)


def test_a_roadshow_from_files_keeps_every_constraint_in_half_a_minute(matcher_url: str, tmp_path: Path) -> None:
    """Every fourth project has but four slots, and meets four at most; every investor wants three meetings."""
    first = write_csv(
        tmp_path / "projects.csv",
        "profile_id,capacity,available",
        *(
            f"p{n},{4 if n % 4 == 0 else ''},{';'.join(SLOTS[n % 8 : n % 8 + 4]) if n % 4 == 0 else ''}"
            for n in range(200)
        ),
    )
    second = write_csv(tmp_path / "investors.csv", "profile_id", *(f"i{number}" for number in range(80)))
    locks = write_csv(tmp_path / "locks.csv", "first,second", "p7,i1", "p8,i2")
    bans = write_csv(tmp_path / "bans.csv", "first,second", "p5,i1")
    out = tmp_path / "day.csv"
    began = monotonic()
    day = told(
        *("--first", str(first), "--second", str(second), "--slots", ",".join(SLOTS), "--tables", "80"),
        *("--minimum", "2", "3", "--capacity", "6", "12", "--locks", str(locks), "--bans", str(bans)),
        *("--floor", "0", "--out", str(out)),
        matcher_url=matcher_url,
    )
    assert monotonic() - began < 30
    assert broken(day) == []
    assert day.quality.status == "optimal" or day.quality.gap < 0.01
    with out.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["slot"], row["first_id"], row["second_id"]) for row in rows] == [
        (one.slot, one.first.profile_id, one.second.profile_id) for one in day.meetings
    ]
    after = told("--resolve", day.id, "--drop", "p7", "--drop", "i3", matcher_url=matcher_url)
    assert broken(after) == []
    assert sum(one.is_kept for one in after.meetings) >= len(day.meetings) - 30


def broken(day: Allocation) -> list[object]:
    """What the timetable breaks, read from the request alone."""
    asked = day.request
    people = {one.profile_id: one for one in (*asked.first.participants, *asked.second.participants)}
    capacity = {one.profile_id: asked.first.capacity for one in asked.first.participants}
    capacity |= {one.profile_id: asked.second.capacity for one in asked.second.participants}
    seats = [(seat.profile_id, one.slot) for one in day.meetings for seat in (one.first, one.second)]
    pairs = {(one.first.profile_id, one.second.profile_id) for one in day.meetings}
    times = Counter(name for name, _ in seats)
    strict = {f"i{number}" for number in range(0, INVESTORS, 3)}
    found: list[object] = [seat for seat, number in Counter(seats).items() if number > 1]
    found += [(name, slot) for name, slot in seats if slot not in (people[name].available or SLOTS)]
    found += [name for name, number in times.items() if number > (people[name].capacity or capacity[name] or 12)]
    found += [one for one in Counter(meeting.slot for meeting in day.meetings).values() if one > 80]
    found += [one for one in Counter((m.slot, m.table) for m in day.meetings).values() if one > 1]
    found += [pair for pair in pairs if pair[1] in strict and 1 + int(pair[0][1:]) % 9 < 5]
    found += [lock for lock in asked.locks if (lock.first, lock.second) not in pairs]
    found += [ban for ban in asked.bans if (ban.first, ban.second) in pairs]
    if len(pairs) != len(day.meetings):
        found.append("a pair meets twice")
    return found


def test_a_day_in_json_is_shown_with_who_falls_short(matcher_url: str, tmp_path: Path) -> None:
    day: dict[str, Any] = {
        "name": "Small day (fictional)",
        "first": {"participants": [{"profile_id": "p0"}, {"profile_id": "p1"}]},  # TRL 1 and 2
        "second": {"participants": [{"profile_id": "i0"}]},  # wants TRL 5
        "slots": [{"name": "09:00"}],
        "floor": 0,
    }
    file = tmp_path / "day.json"
    file.write_text(json.dumps(day), encoding="utf-8")
    shown = run("allocate", str(file), "--matcher-url", matcher_url)
    assert shown.exit_code == 0, shown.output
    words_shown = " ".join(shown.stdout.split())
    for part in ("Small day (fictional)", "Fewer meetings than wanted", "proven best", "3 without a meeting"):
        assert part in words_shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name\np0\n", "unknown or missing"),
        ("profile_id,capacity\np0,many\n", "no whole number"),
        ("profile_id\n\np0,1,2\n", "line 3"),
    ],
)
def test_a_csv_file_at_fault_is_told_by_its_place(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "group.csv"
    file.write_text(content, encoding="utf-8")
    assert_failed(run("allocate", "--first", str(file), "--second", str(file), "--slots", "a"), message)


def test_what_is_not_there_is_said(matcher_url: str, tmp_path: Path) -> None:
    assert_failed(run("allocate"), "--resolve")
    assert_failed(run("allocate", str(tmp_path / "none.json")), "cannot be read")
    assert_failed(run("allocate", "--resolve", "alc_none", "--matcher-url", matcher_url), "no allocation")


def test_cells_that_a_spreadsheet_would_run_are_texts(matcher_url: str, tmp_path: Path) -> None:
    group = write_csv(tmp_path / "p.csv", "profile_id", "p4")
    funds = write_csv(tmp_path / "i.csv", "profile_id", "i1")
    day = told(
        "--first", str(group), "--second", str(funds), "--slots", "=1+1", "--floor", "0", matcher_url=matcher_url
    )
    assert "\r\n'=1+1,1,p4," in timetable_csv(day.meetings)
