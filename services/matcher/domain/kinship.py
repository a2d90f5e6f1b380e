"""Which sectors and places go together: how alike they are financed by the same records; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from services.matcher.domain.facts import RecordFacts
from services.matcher.domain.sectors import sector_index

FloatMatrix = npt.NDArray[np.float32]
DISTANT = 0.01
"""Kinship below this counts as none."""
MOST_KIN = 64
"""Of each place, the nearest kin are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceKinship:
    """How kindred the places are that records count deals at."""

    keys: Mapping[str, int]
    """Row and column of each place key."""
    matrix: csr_array = field(repr=False)
    """(keys, keys); a row holds what goes with its key, the key itself with 1."""


def sector_kinship(records: Sequence[RecordFacts]) -> FloatMatrix:
    """(codes, codes) in [0, 1], the squared cosine of two sectors' deals over the records; 0 where none are counted.

    1 on the diagonal. Squared, so that what everybody finances beside everything is hardly kin.
    """
    index = sector_index()
    rows = [{index[code]: count for code, count in record.sectors.items()} for record in records]
    kinship: FloatMatrix = _squared_cosines(rows, len(index)).toarray().astype(np.float32)
    return kinship


def place_kinship(records: Sequence[RecordFacts]) -> PlaceKinship:
    """The same of place keys, and of each its nearest kin only."""
    names = sorted({key for record in records for key in record.places})
    keys = {key: column for column, key in enumerate(names)}
    kin = _squared_cosines([{keys[key]: count for key, count in one.places.items()} for one in records], len(keys))
    for row in range(len(keys)):
        values = kin.data[kin.indptr[row] : kin.indptr[row + 1]]
        if len(values) > MOST_KIN:
            values[values < np.partition(values, -MOST_KIN)[-MOST_KIN]] = 0
    kin.eliminate_zeros()
    return PlaceKinship(keys=keys, matrix=kin)


def _squared_cosines(rows: Sequence[Mapping[int, float]], width: int) -> csr_array:
    """(width, width) of the columns of a matrix that is given by its rows."""
    columns = np.array([column for row in rows for column in row], dtype=np.int32)
    values = np.array([value for row in rows for value in row.values()], dtype=np.float64)
    lengths = np.sqrt(np.bincount(columns, weights=values**2, minlength=width))
    lengths[lengths == 0] = 1.0  # counts may be stated as nought
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
    unit = csr_array((values / lengths[columns], columns, pointers), shape=(len(rows), width))
    cosines = csr_array(unit.T @ unit)
    kinship = np.minimum(cosines.data, 1.0) ** 2
    cosines.data = np.where(kinship >= DISTANT, kinship, 0.0)
    cosines.eliminate_zeros()
    return cosines
