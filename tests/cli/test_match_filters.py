"""Filters as people type them become the wire's filters, or say what is wrong."""

from datetime import date

import pytest

from services.cli.match_filters import parse_filter
from services.cli.problems import CommandProblem
from shared.contracts.parts import Region
from shared.contracts.rules import (
    After,
    And,
    Before,
    Condition,
    DateAttribute,
    NotIn,
    NumberAttribute,
    OpenOn,
    Overlaps,
    Range,
    SetAttribute,
    Within,
)

DEADLINE, MARCH_31, APRIL_1 = DateAttribute.DEADLINE, date(2027, 3, 31), date(2027, 4, 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sector=energy_storage", Overlaps(attribute=SetAttribute.SECTOR, values=("energy_storage",))),
        ("sector=quantum, medical", Overlaps(attribute=SetAttribute.SECTOR, values=("quantum", "medical"))),
        ("stage!=idea", NotIn(attribute=SetAttribute.STAGE, values=("idea",))),
        ("trl>=4", Range(attribute=NumberAttribute.TRL, minimum=4)),
        (" amount_usd <= 1000000 ", Range(attribute=NumberAttribute.AMOUNT_USD, maximum=1_000_000)),
        ("trl=5", Range(attribute=NumberAttribute.TRL, minimum=5, maximum=5)),
        ("trl=4..6", Range(attribute=NumberAttribute.TRL, minimum=4, maximum=6)),
        ("country=中国", Within(region=Region(country="中国"))),
        ("city=北京市", Within(region=Region(city="北京市"))),
        ("open_on=2026-11-23", OpenOn(day=date(2026, 11, 23))),
        ("founded>=2013", Range(attribute=NumberAttribute.FOUNDED, minimum=2013)),
        ("deadline>=2027-03-31", After(attribute=DEADLINE, day=MARCH_31)),
        ("deadline<=2027-03-31", Before(attribute=DEADLINE, day=APRIL_1)),
        (
            "deadline=2027-03-31",
            And(conditions=(After(attribute=DEADLINE, day=MARCH_31), Before(attribute=DEADLINE, day=APRIL_1))),
        ),
        ("deadline= ..2027-03-31", Before(attribute=DEADLINE, day=APRIL_1)),
    ],
)
def test_typed_condition_becomes_a_filter(typed: str, meant: Condition) -> None:
    assert parse_filter(typed) == meant


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("energy", "not a condition"),
        ("", "not a condition"),
        ("trl>4", "not a condition"),
        ("colour=red", "'colour' is not among sector"),
        ("sector>=4", "sector holds words"),
        ("trl!=4", "trl is a number"),
        ("trl>=four", "'four' is not a number"),
        ("trl>=nan", "finite"),
        ("trl=..", "no bound"),
        ("trl=6..4", "above"),
        ("sector=,", "at least 1 item"),
        ("country!=中国", "country takes only ="),
        ("open_on=tomorrow", "'tomorrow' is not a day"),
        ("open_on>=2026-11-23", "open_on takes only ="),
        ("deadline>=soon", "'soon' is not a day"),
        ("deadline!=2027-03-31", "deadline is a day"),
        ("deadline=..", "no bound"),
        ("deadline=2027-03-31..2027-01-01", "above"),
        ("deadline<=9999-12-31", "the last day there is"),
    ],
)
def test_bad_condition_is_named_with_its_fault(typed: str, told: str) -> None:
    with pytest.raises(CommandProblem) as caught:
        parse_filter(typed)
    [line] = caught.value.lines
    assert line.startswith(f"--filter {typed!r}: ")
    assert told in line
