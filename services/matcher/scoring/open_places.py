"""Which candidates may have the next place of a list, so that all limits can still be kept."""

from math import ceil

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


class OpenPlaces:
    """The places left, those of each organisation, and those still reserved for newcomers.

    At most n of an organisation is a partition matroid. So whatever was taken, the list can still reach its full
    length, and every set of newcomers that fits can be part of a full list. Looking one step ahead is then enough: a
    place is refused only to one who would take the last chance of a reserved place.
    """

    def __init__(
        self,
        *,
        limit: int,
        organisations: Numbers,
        is_newcomer: Mask,
        is_barred: Mask,
        max_per_organisation: int | None,
        newcomer_share: float,
    ) -> None:
        self._organisations = organisations
        self._is_newcomer = is_newcomer
        self.is_waiting = ~is_barred
        """Neither barred nor placed yet."""
        groups = int(organisations.max()) + 1 if organisations.size else 0
        waiting = np.bincount(organisations[self.is_waiting], minlength=groups)
        self._newcomers = np.bincount(organisations[self.is_waiting & is_newcomer], minlength=groups)
        self._free = waiting if max_per_organisation is None else np.minimum(waiting, max_per_organisation)
        self._left = min(limit, int(self._free.sum()))
        # 0.07 * 100 is a hair above 7: the list has no eighth reserved place for that.
        self._reserved = min(ceil(round(newcomer_share * self._left, 9)), self._newcomers_that_fit())

    def allowed(self) -> Mask:
        """Who may have the next place; nobody when the list is full."""
        if self._left == 0:
            return np.zeros_like(self.is_waiting)
        return self.is_waiting & ~self.is_organisation_full() & ~self.is_kept_for_newcomers()

    def is_organisation_full(self) -> Mask:
        """Whose organisation has all the places it may have."""
        full: Mask = self._free[self._organisations] == 0
        return full

    def is_kept_for_newcomers(self) -> Mask:
        """To whom the next place is refused because a newcomer could then no longer get a reserved one."""
        if self._reserved == 0:
            return np.zeros_like(self.is_waiting)
        if self._left == self._reserved:
            return ~self._is_newcomer
        if self._newcomers_that_fit() > self._reserved:
            return np.zeros_like(self.is_waiting)
        takes_a_newcomers_place = self._free <= self._newcomers
        return ~self._is_newcomer & takes_a_newcomers_place[self._organisations]

    def take(self, index: int) -> None:
        """Gives the next place to a candidate that is allowed."""
        organisation = self._organisations[index]
        self.is_waiting[index] = False
        self._left -= 1
        self._free[organisation] -= 1
        if self._is_newcomer[index]:
            self._newcomers[organisation] -= 1
            self._reserved = max(0, self._reserved - 1)

    def _newcomers_that_fit(self) -> int:
        return int(np.minimum(self._free, self._newcomers).sum())
