"""Which documents may be candidates at all: filters evaluated over the whole table before anything is scored; pure."""

from collections.abc import Sequence

import numpy as np

from services.matcher.domain.attributes import AttributeTable, Mask
from shared.contracts.filters import Filter, NotIn, OpenOn, Overlaps, Range, Within
from shared.contracts.profiles import Kind


def eligible_rows(table: AttributeTable, kinds: Sequence[Kind], filters: Sequence[Filter]) -> Mask:
    """Rows of the kinds that pass every filter; an attribute that is unknown passes only `not_in` and `open_on`."""
    mask = table.kind_mask(kinds)
    for condition in filters:
        mask &= filter_mask(table, condition)
    return mask


def filter_mask(table: AttributeTable, condition: Filter) -> Mask:
    """Rows that pass one filter."""
    match condition:
        case Overlaps(attribute=attribute, values=values):
            return table.words[attribute].any_of(values)
        case NotIn(attribute=attribute, values=values):
            return ~table.words[attribute].any_of(values)
        case Range(attribute=attribute, minimum=minimum, maximum=maximum):
            lower, upper = table.numbers[attribute].T
            reaches: Mask = upper >= (-np.inf if minimum is None else minimum)
            starts: Mask = lower <= (np.inf if maximum is None else maximum)
            return reaches & starts
        case Within(region=region):
            return table.within(region)
        case OpenOn(day=day):
            ordinal = day.toordinal()
            has_begun: Mask = table.open_from <= ordinal
            is_not_over: Mask = table.open_until >= ordinal
            return has_begun & is_not_over
