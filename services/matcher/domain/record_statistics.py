"""What an average track record looks like: deals of all records of a kind, by what they are counted by; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.matcher.domain.fact_columns import sector_vector, stage_vector
from services.matcher.domain.facts import ProfileFacts, RecordFacts
from services.matcher.domain.kinship import FloatMatrix, PlaceKinship, place_kinship, sector_kinship
from services.matcher.domain.portfolios import Portfolios, portfolios
from shared.contracts.profiles import Kind

FloatVector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStatistics:
    """Deals of all records of one kind, by what they are counted by: what an average record looks like."""

    sectors: FloatVector = field(repr=False)
    """(codes,)"""
    places: Mapping[str, float] = field(repr=False)
    stages: FloatVector = field(repr=False)
    """(stages,)"""
    newest_day: float
    """The last day of the most recent record."""
    sector_kinship: FloatMatrix = field(repr=False)
    """(codes, codes)"""
    place_kinship: PlaceKinship = field(repr=False)
    portfolios: Portfolios = field(repr=False)


def record_statistics(facts: Sequence[ProfileFacts]) -> dict[Kind, RecordStatistics]:
    """Statistics of each kind's records."""
    return {kind: _statistics([one.record for one in facts if one.kind is kind and one.record]) for kind in Kind}


def _statistics(records: Sequence[RecordFacts]) -> RecordStatistics:
    places: dict[str, float] = {}
    for record in records:
        for key, count in record.places.items():
            places[key] = places.get(key, 0.0) + count
    return RecordStatistics(
        sectors=sum((sector_vector(record.sectors) for record in records), sector_vector({})),
        places=places,
        stages=sum((stage_vector(record.stages) for record in records), stage_vector({})),
        newest_day=max((float(record.last_day) for record in records if record.last_day), default=0.0),
        sector_kinship=sector_kinship(records),
        place_kinship=place_kinship(records),
        portfolios=portfolios(records),
    )
