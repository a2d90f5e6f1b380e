"""Which sectors and places go together, by hand."""

import numpy as np
import pytest

from services.matcher.domain.facts import RecordFacts
from services.matcher.domain.kinship import MOST_KIN, place_kinship, sector_kinship
from services.matcher.domain.sectors import sector_index


def record(places: dict[str, float] | None = None, sectors: dict[str, float] | None = None) -> RecordFacts:
    return RecordFacts(sectors=sectors or {}, places=places or {}, stages={})


def test_kinship_is_the_squared_cosine_of_deals_over_the_records() -> None:
    kin = place_kinship([record({"a": 3.0, "b": 1.0}), record({"b": 4.0}), record({"c": 1.0})])
    matrix = kin.matrix.toarray()
    # Columns a (3, 0, 0) and b (1, 4, 0): cosine 3 / (3 sqrt(17)).
    assert matrix[kin.keys["a"], kin.keys["b"]] == pytest.approx(1 / 17)
    assert matrix[kin.keys["a"], kin.keys["c"]] == 0
    assert np.allclose(np.diagonal(matrix), 1)


def test_distant_kin_are_none() -> None:
    kin = place_kinship([record({"a": 1.0, "b": 20.0}), record({"a": 20.0}), record({"b": 1.0})])
    assert kin.matrix.toarray()[0, 1] == 0  # the cosine is about .05


def test_only_the_nearest_kin_are_kept() -> None:
    everywhere = record({f"place {number:03}": 1.0 + number for number in range(MOST_KIN + 20)})
    kept = np.diff(place_kinship([everywhere, record({"place 000": 9.0})]).matrix.indptr)
    assert 0 < kept.max() <= MOST_KIN + 20 and int(np.median(kept)) >= MOST_KIN - 1


def test_sectors_without_deals_have_no_kin() -> None:
    one, other, *_ = sector_index()
    kin = sector_kinship([record(sectors={one: 2.0, other: 2.0})])
    assert kin[sector_index()[one], sector_index()[other]] == pytest.approx(1)
    assert kin.sum() == pytest.approx(4)


def test_counts_of_nought_and_no_records_are_no_kin() -> None:
    assert place_kinship([record({"a": 0.0})]).matrix.nnz == 0
    assert not sector_kinship([]).any()
