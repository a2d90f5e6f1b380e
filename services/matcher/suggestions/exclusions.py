"""Words and places that shut out what was declined and none that was welcome; pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from services.matcher.domain.attributes import REGION_LEVELS, Attributes
from services.matcher.domain.judgement import condition_truth
from services.matcher.domain.truth import FAIL
from shared.contracts.parts import Region
from shared.contracts.rules import And, Condition, Not, NotIn, SetAttribute, Within

_MOST = 10
"""Words or places in one rule."""
TakenAway = Callable[[Condition], int]
_Place = tuple[str, ...]
_Key = TypeVar("_Key", str, _Place)


def words_out(
    attribute: SetAttribute,
    declined: Sequence[Attributes],
    welcome: Sequence[Attributes],
    minimum: int,
    taken_away: TakenAway,
) -> Iterator[Condition]:
    """A `not_in` of the words that stand on at least `minimum` declined ones each, the one of most first."""
    words = {word for one in declined for word in one.words.get(attribute, ())}
    each = {word: NotIn(attribute=attribute, values=(word,)) for word in sorted(words)}
    chosen = _covering(each, declined, welcome, minimum, taken_away)
    if chosen:
        yield NotIn(attribute=attribute, values=tuple(sorted(chosen)))


def places_out(
    declined: Sequence[Attributes], welcome: Sequence[Attributes], minimum: int, taken_away: TakenAway
) -> Iterator[Condition]:
    """Not within the places, at whatever level, that stand on at least `minimum` declined ones each."""
    places = {place for one in declined for path in one.regions for place in _levels(path)}
    each = {place: Not(condition=Within(region=_region(place))) for place in sorted(places)}
    chosen = [each[place] for place in sorted(_covering(each, declined, welcome, minimum, taken_away))]
    if chosen:
        yield chosen[0] if len(chosen) == 1 else And(conditions=tuple(chosen))


def _covering(
    each: Mapping[_Key, Condition],
    declined: Sequence[Attributes],
    welcome: Sequence[Attributes],
    minimum: int,
    taken_away: TakenAway,
) -> list[_Key]:
    """Greedily what shuts out most of the declined that are left, then what takes least away (Chvatal 1979).

    Each must stand on `minimum` that no other accounts for, so that a word which merely comes with it is not blamed.
    """
    harmless = [key for key, one in each.items() if not any(condition_truth(one, kept) == FAIL for kept in welcome)]
    out = {key: {at for at, one in enumerate(declined) if condition_truth(each[key], one) == FAIL} for key in harmless}
    away = {key: taken_away(each[key]) for key, places in out.items() if len(places) >= minimum}
    chosen, left = list[_Key](), set(range(len(declined)))
    while away and len(chosen) < _MOST:
        best = min(away, key=lambda key: (-len(out[key] & left), away[key], key))
        if len(out[best] & left) < minimum:
            break
        chosen.append(best)
        left -= out[best]
        del away[best]
    return chosen


def _levels(path: _Place) -> Iterator[_Place]:
    """The place itself and what it lies in; a level above that is unknown stays unknown."""
    for depth in range(1, len(REGION_LEVELS) + 1):
        if path[depth - 1]:
            yield path[:depth]


def _region(place: _Place) -> Region:
    return Region(**{level: name for level, name in zip(REGION_LEVELS, place, strict=False) if name})
