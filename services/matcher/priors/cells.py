"""Profiles alike in kind, field and stage; pure."""

from bisect import bisect
from enum import StrEnum
from typing import NamedTuple

from services.matcher.domain.fact_columns import ladder_steps
from services.matcher.domain.facts import ProfileFacts
from services.matcher.domain.sector_aliases import field_of
from shared.contracts.kinds import Kind

BANDS_FROM = (2.0, 4.0)
"""Steps of the ladder of stages at which `growing` and `late` begin: Pre-A, and Series B."""


class StageBand(StrEnum):
    """Where on the ladder a profile stands, or looks, on the middle."""

    EARLY = "early"
    GROWING = "growing"
    LATE = "late"
    UNKNOWN = "unknown"


class Cell(NamedTuple):
    """Kind, field of the sector vocabulary (empty where none is known), stage."""

    kind: Kind
    field: str
    stage: StageBand


def cells_of(facts: ProfileFacts) -> tuple[Cell, ...]:
    """A cell for each field of the profile, in a fixed order; each counts alike."""
    fields = sorted({field_of(code) for code in facts.sectors}) or [""]
    band = _band(facts)
    return tuple(Cell(facts.kind, field, band) for field in fields)


def _band(facts: ProfileFacts) -> StageBand:
    steps = ladder_steps(facts)
    if steps is None:
        return StageBand.UNKNOWN
    return list(StageBand)[bisect(BANDS_FROM, (steps[0] + steps[1]) / 2)]
