"""What share of yes is to be expected of a profile: own record over cell over kind over all; pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from services.matcher.priors.cells import Cell
from services.matcher.priors.shrinkage import DEFAULT_STRENGTH, Counted, shrunk, strength_of
from shared.contracts.kinds import Kind

UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Shares by group, each drawn towards that of the group it lies in."""

    kinds: Mapping[Kind, float]
    """Only kinds of which anything was counted."""
    cells: Mapping[Cell, float]
    own: Mapping[str, Counted] = field(repr=False)
    """By profile id."""
    strength: float = DEFAULT_STRENGTH
    """Answers that its cells' share weighs beside a profile's own."""

    def of(self, profile_id: str | None, cells: Sequence[Cell], declared: float | None = None) -> float:
        """NaN where nothing is known: no profile of the kind was ever asked, and the profile declares no share itself.

        A `declared` share stands in for that of the cells. It too gives way to what was counted.
        """
        own = self.own.get(profile_id) if profile_id is not None else None
        mean = self.like(cells) if declared is None else declared
        if own is None or mean != mean:  # noqa: PLR0124 - NaN alone differs from itself
            return mean
        return shrunk(own, mean, self.strength)

    def like(self, cells: Sequence[Cell]) -> float:
        """The share of a profile's like, before its own record; NaN where its kind was never asked."""
        kind = self.kinds.get(cells[0].kind, UNKNOWN)
        return fmean(self.cells.get(cell, kind) for cell in cells)


NOTHING_EXPECTED = Expected(kinds={}, cells={}, own={})
"""Before anybody was asked."""


def expected(own: Mapping[str, Counted], cells: Mapping[str, Sequence[Cell]]) -> Expected:
    """Shares from what was counted of each profile; `cells` has those of whoever is known still.

    A profile in several cells counts a part for each. All together start from one in two, Beta(1, 1).
    """
    by_cell: defaultdict[Cell, Counted] = defaultdict(Counted)
    members: defaultdict[Cell, list[Counted]] = defaultdict(list)
    for profile_id in sorted(own.keys() & cells.keys()):
        for cell in cells[profile_id]:
            part = own[profile_id].part(1 / len(cells[profile_id]))
            by_cell[cell] += part
            members[cell].append(own[profile_id])
    if not by_cell:
        return Expected(kinds={}, cells={}, own=own)
    by_kind: defaultdict[Kind, Counted] = defaultdict(Counted)
    of_kind: defaultdict[Kind, list[Counted]] = defaultdict(list)
    for cell, counted in by_cell.items():
        by_kind[cell.kind] += counted
        of_kind[cell.kind].append(counted)
    overall = shrunk(sum(by_kind.values(), Counted()), 0.5, 2.0)
    among_kinds = strength_of([list(by_kind.values())])
    kinds = {kind: shrunk(counted, overall, among_kinds) for kind, counted in by_kind.items()}
    among_cells = strength_of(of_kind.values())
    return Expected(
        kinds=kinds,
        cells={cell: shrunk(counted, kinds[cell.kind], among_cells) for cell, counted in by_cell.items()},
        own=own,
        strength=strength_of(members.values()),
    )
