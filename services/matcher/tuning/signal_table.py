"""The named signals of a judged set as arrays: every query against its targets, as the pipeline measures them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.directed import Mask
from services.matcher.scoring.policy import Reading
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

Values = npt.NDArray[np.float32]  # (queries, width), NaN where the signal is missing
Grades = npt.NDArray[np.int16]
Indices = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)
Side = tuple[Kind, Kind]
"""Who needs, and who offers."""
READINGS = tuple(Reading)
NO_TARGET = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTable:
    """Arrays are (queries, width); rows shorter than the widest are padded with `NO_TARGET`.

    In each row the targets stand in the order of their ids, so that a stable sort breaks ties as the pipeline does.
    """

    name: str
    asking: Kind
    asked: Kind
    query_ids: tuple[str, ...]
    organisations: tuple[str, ...]
    """Whose query each is: queries of one organisation are never parted between folds."""
    target_ids: tuple[str, ...]
    targets: npt.NDArray[np.int32] = field(repr=False)
    """Positions in `target_ids`."""
    grades: Grades = field(repr=False)
    ideals: npt.NDArray[np.float64] = field(repr=False)
    """The best DCG@10 that each query's judgments allow, counting those that are not eligible; (queries,)."""
    readings: npt.NDArray[np.int8] = field(repr=False)
    """Positions in `READINGS`."""
    forward: Mapping[Signal, Values] = field(repr=False)
    """How well the target's offer serves the query's needs."""
    backward: Mapping[Signal, Values] = field(repr=False)
    """How well the query's offer serves the target's needs."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """Of the forward and the backward score."""
        return (self.asking, self.asked), (self.asked, self.asking)

    @property
    def size(self) -> int:
        """Number of queries."""
        return len(self.query_ids)

    @property
    def is_target(self) -> Mask:
        """What is not padding."""
        mask: Mask = self.targets != NO_TARGET
        return mask

    def signals_of(self, side: Side) -> Mapping[Signal, Values]:
        """The signals of one direction."""
        return self.forward if side == self.sides[0] else self.backward

    def of_queries(self, rows: Indices) -> "SignalTable":
        """Some of the queries."""
        return replace(
            self,
            query_ids=tuple(self.query_ids[row] for row in rows.tolist()),
            organisations=tuple(self.organisations[row] for row in rows.tolist()),
            targets=self.targets[rows],
            grades=self.grades[rows],
            ideals=self.ideals[rows],
            readings=self.readings[rows],
            forward={signal: values[rows] for signal, values in self.forward.items()},
            backward={signal: values[rows] for signal, values in self.backward.items()},
        )

    def narrowed(self, kept: Mask) -> "SignalTable":
        """Some of each query's targets, by a mask of (queries, width)."""
        kept = kept & self.is_target
        order = np.argsort(~kept, axis=1, kind="stable")[:, : max(int(kept.sum(axis=1).max(initial=0)), 1)]
        is_kept = np.take_along_axis(kept, order, axis=1)

        def taken(values: npt.NDArray[Number], padding: float) -> npt.NDArray[Number]:
            found: npt.NDArray[Number] = np.take_along_axis(values, order, axis=1)
            found[~is_kept] = padding
            return found

        return replace(
            self,
            targets=taken(self.targets, NO_TARGET),
            grades=taken(self.grades, 0),
            readings=taken(self.readings, 0),
            forward={signal: taken(values, np.nan) for signal, values in self.forward.items()},
            backward={signal: taken(values, np.nan) for signal, values in self.backward.items()},
        )

    def judged_as(self, grades: Grades) -> "SignalTable":
        """The same signals under other judgments of the same targets; ideals stay."""
        return replace(self, grades=grades)
