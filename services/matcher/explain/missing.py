"""Facts that are not known and would move a score, the weightiest first; pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.fields import FACTS, RECORD_FACTS, TRACK_RECORD, Fact, Field
from services.matcher.explain.names import bilingual
from services.matcher.explain.party import Direction
from services.matcher.explain.sides import Sides
from shared.contracts.explanations import Reason, ReasonCode, Side
from shared.contracts.vocabularies import Signal

MOST_MISSING = 5
_Seen = tuple[Direction, Sides]
_Lack = tuple[Side, Field, Names]
"""Whose field, which, and what the side is called."""


class MissingFact(NamedTuple):
    """A field that one side leaves empty, and the signal that waits for it; hashed for every match."""

    signal: Signal
    side: Side
    field: str
    """On the wire."""
    names: Names
    """Of the field."""
    owner: Names
    """What the side is called."""


def missing_facts(forward: _Seen, backward: _Seen) -> tuple[MissingFact, ...]:
    """What is not stated, by what knowing it could add to both scores; ties in the order of the signals.

    A fact counts for as much as `weight * (1 - neutral)` in each direction that waits for it.
    """
    stakes: dict[tuple[Side, str], float] = {}
    lacks: dict[tuple[Side, str], tuple[Signal, _Lack]] = {}
    for direction, sides in (forward, backward):
        for part in direction.directed.parts:
            if part.is_missing and part.weight > 0 and part.value < 1:
                for lack in _lacks(part.signal, sides):
                    key = lack[0], lack[1].name
                    lacks.setdefault(key, (part.signal, lack))
                    stakes[key] = stakes.get(key, 0.0) + part.weight * (1 - part.value)
    return tuple(_missing(*lacks[key]) for key in sorted(lacks, key=lambda key: -stakes[key]))


def missing_reasons(facts: tuple[MissingFact, ...]) -> tuple[Reason, ...]:
    """The weightiest of the facts on the wire."""
    return tuple(_missing_reason(fact) for fact in facts[:MOST_MISSING])


def _lacks(signal: Signal, sides: Sides) -> Sequence[_Lack]:
    """What the signal waits for; nothing where it would stay unknown whoever answered."""
    needing, offering = sides.needing, sides.offering
    record = RECORD_FACTS.get(signal)
    if record is not None:
        holder, name = (needing, sides.need) if record.is_of_needing else (offering, sides.offer)
        if record.is_known(holder.facts):
            return ()
        return ((holder.side, TRACK_RECORD if holder.facts.record is None else record.field, name),)
    fact = FACTS.get(signal)
    if fact is None:
        return ()
    lacking = []
    if not fact.is_known(needing.facts):
        lacking.append((needing, sides.need))
    if not fact.is_known(offering.facts):
        lacking.append((offering, sides.offer))
    asked = [(one.side, fact.fields[one.kind], name) for one, name in lacking if one.kind in fact.fields]
    return asked if _would_help(fact, len(lacking), len(asked)) else ()


def _would_help(fact: Fact, lacking: int, asked: int) -> bool:
    return lacking == 2 if fact.one_is_enough else asked == lacking


def _missing(signal: Signal, lack: _Lack) -> MissingFact:
    side, field, owner = lack
    return MissingFact(signal, side, field.name, field.names, owner)


@lru_cache(maxsize=4_096)
def _missing_reason(fact: MissingFact) -> Reason:
    text = Names(f"{fact.owner.en} states no {fact.names.en}", f"{fact.owner.zh}未填写{fact.names.zh}")
    return Reason(
        code=ReasonCode.FACT_MISSING, signal=fact.signal, text=bilingual(text), side=fact.side, field=fact.field
    )
