"""Facts that are not known and would move a score, the weightiest first; pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.fields import FACTS, RECORD_FACTS, TRACK_RECORD, Fact, Field
from services.matcher.explain.names import bilingual
from services.matcher.explain.party import Direction, Party
from services.matcher.explain.sides import Sides
from shared.contracts.explanations import Reason, ReasonCode, Side
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Signal

MOST_MISSING = 5
_Seen = tuple[Direction, Sides]
_Lack = tuple[Side, Field, Names]
"""Whose field, which, and what the side is called."""
_Gaps = tuple[tuple[Signal, float], ...]
"""The signals of one direction that are missing, and what knowing each could add."""


class _Stated(NamedTuple):
    """What a party states, as far as signals wait for it: few forms of it stand for all parties."""

    side: Side
    kind: Kind
    name: Names
    """What the side is called."""
    facts: frozenset[Signal]
    record: frozenset[Signal] | None
    """None where there is no record."""
    is_record_used: bool


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
    sides = forward[1]
    needing, offering = _stated(sides.needing, sides.need), _stated(sides.offering, sides.offer)
    return _ranked(_gaps(forward[0]), _gaps(backward[0]), needing, offering)


def _gaps(direction: Direction) -> _Gaps:
    return tuple(
        (part.signal, part.weight * (1 - part.value))
        for part in direction.directed.parts
        if part.is_missing and part.weight > 0 and part.value < 1
    )


def _stated(party: Party, name: Names) -> _Stated:
    facts = party.facts
    record = None
    if facts.record is not None:
        record = frozenset([signal for signal, one in RECORD_FACTS.items() if one.is_said(facts.record)])
    known = frozenset([signal for signal, fact in FACTS.items() if fact.is_known(facts)])
    return _Stated(party.side, party.kind, name, known, record, party.is_record_used)


@lru_cache(maxsize=4_096)
def _ranked(forward: _Gaps, backward: _Gaps, needing: _Stated, offering: _Stated) -> tuple[MissingFact, ...]:
    """`needing` needs in the forward direction, and offers in the other."""
    stakes: dict[tuple[Side, str], float] = {}
    lacks: dict[tuple[Side, str], tuple[Signal, _Lack]] = {}
    for gaps, needs, offers in ((forward, needing, offering), (backward, offering, needing)):
        for signal, stake in gaps:
            for lack in _lacks(signal, needs, offers):
                key = lack[0], lack[1].name
                lacks.setdefault(key, (signal, lack))
                stakes[key] = stakes.get(key, 0.0) + stake
    return tuple(_missing(*lacks[key]) for key in sorted(lacks, key=lambda key: -stakes[key]))


def missing_reasons(facts: tuple[MissingFact, ...]) -> tuple[Reason, ...]:
    """The weightiest of the facts on the wire."""
    return tuple(_missing_reason(fact) for fact in facts[:MOST_MISSING])


def _lacks(signal: Signal, needing: _Stated, offering: _Stated) -> Sequence[_Lack]:
    """What the signal waits for; nothing where it would stay unknown whoever answered."""
    record = RECORD_FACTS.get(signal)
    if record is not None:
        holder = needing if record.is_of_needing else offering
        if not holder.is_record_used or (holder.record is not None and signal in holder.record):
            return ()
        return ((holder.side, TRACK_RECORD if holder.record is None else record.field, holder.name),)
    fact = FACTS.get(signal)
    if fact is None:
        return ()
    lacking = [one for one in (needing, offering) if signal not in one.facts]
    asked = [(one.side, fact.fields[one.kind], one.name) for one in lacking if one.kind in fact.fields]
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
