"""The state machine of an introduction: who may do what from where, and whose yes stands; pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from shared.contracts.introductions import Actor, IntroductionAction, IntroductionState

_Action, _State = IntroductionAction, IntroductionState

TERMINAL = frozenset({_State.DECLINED, _State.EXPIRED, _State.WITHDRAWN, _State.CLOSED})
AWAITING = frozenset({_State.IN_REVIEW, _State.REQUESTED})
"""An answer is awaited; it expires."""
OPEN = frozenset(_State) - TERMINAL - {_State.DRAFT}
"""Under way between the two; no second one may begin."""
OCCUPYING = frozenset({_State.ACCEPTED, _State.INTRODUCED, _State.MET, _State.PILOT})
"""Takes up one of the target's places."""
RELEASING = frozenset(OPEN) - AWAITING
"""Contacts may be had, while both sides agree."""
_BEFORE_MEETING = AWAITING | {_State.DRAFT, _State.ACCEPTED, _State.INTRODUCED}

_SUBJECT, _TARGET, _OPERATOR = Actor.SUBJECT, Actor.TARGET, Actor.OPERATOR
_SIDES = frozenset({_SUBJECT, _TARGET})
_ANYONE = _SIDES | {_OPERATOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One line of the table."""

    action: IntroductionAction
    sources: frozenset[IntroductionState]
    to: IntroductionState | None
    """None where the state stays."""
    actors: frozenset[Actor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state, and whose consent is given."""

    state: IntroductionState
    consents: frozenset[Actor] = frozenset()

    @property
    def is_releasable(self) -> bool:
        """Whether the sides may have each other's contacts."""
        return self.state in RELEASING and self.consents == _SIDES


def _line(
    action: IntroductionAction,
    sources: Collection[IntroductionState],
    to: IntroductionState | None,
    actors: Collection[Actor],
) -> Transition:
    return Transition(action=action, sources=frozenset(sources), to=to, actors=frozenset(actors))


TRANSITIONS = (
    _line(_Action.SUBMIT, {_State.DRAFT}, _State.REQUESTED, {_SUBJECT}),  # or in review: see `submitted`
    _line(_Action.APPROVE, {_State.IN_REVIEW}, _State.REQUESTED, {_OPERATOR}),
    _line(_Action.REFUSE, {_State.IN_REVIEW}, _State.DECLINED, {_OPERATOR}),
    _line(_Action.ACCEPT, {_State.REQUESTED}, _State.ACCEPTED, {_TARGET}),
    _line(_Action.DECLINE, {_State.REQUESTED}, _State.DECLINED, {_TARGET}),
    _line(_Action.WITHDRAW, _BEFORE_MEETING, _State.WITHDRAWN, _SIDES),
    # What they did together stays on record; only the yes is gone.
    _line(_Action.WITHDRAW, OPEN - _BEFORE_MEETING, None, _SIDES),
    _line(_Action.INTRODUCE, {_State.ACCEPTED}, _State.INTRODUCED, {_OPERATOR}),
    _line(_Action.MEET, {_State.INTRODUCED}, _State.MET, _ANYONE),
    _line(_Action.PILOT, {_State.MET}, _State.PILOT, _ANYONE),
    _line(_Action.ORDER, {_State.MET, _State.PILOT}, _State.ORDER, _ANYONE),
    _line(_Action.INVEST, {_State.MET, _State.PILOT, _State.ORDER}, _State.INVESTMENT, _ANYONE),
    _line(_Action.FAIL, {_State.INTRODUCED, _State.MET, _State.PILOT}, _State.NONE, _ANYONE),
    _line(_Action.CLOSE, {_State.PILOT, _State.ORDER, _State.INVESTMENT, _State.NONE}, _State.CLOSED, _SIDES),
    _line(_Action.CLOSE, OPEN, _State.CLOSED, {_OPERATOR}),
)
WITH_REASON = frozenset({_Action.DECLINE, _Action.REFUSE})
_GIVES_CONSENT = frozenset({_Action.SUBMIT, _Action.ACCEPT})


def find_transition(standing: Standing, action: IntroductionAction, actor: Actor) -> Transition | None:
    """The line of the table that applies; None where the actor may not do this now.

    A side withdraws only a yes that it gave: who has not answered yet declines.
    """
    if action is _Action.WITHDRAW and standing.state is not _State.DRAFT and actor not in standing.consents:
        return None
    for line in TRANSITIONS:
        if line.action is action and standing.state in line.sources and actor in line.actors:
            return line
    return None


def after(standing: Standing, line: Transition, actor: Actor, *, is_reviewed: bool = False) -> Standing:
    """What stands once a line of the table was applied; `is_reviewed` where an operator looks at requests first."""
    consents = standing.consents
    if line.action in _GIVES_CONSENT:
        consents |= {actor}
    if line.action is _Action.WITHDRAW:
        consents -= {actor}
    state = line.to or standing.state
    if line.action is _Action.SUBMIT and is_reviewed:
        state = _State.IN_REVIEW
    return replace(standing, state=state, consents=consents)


def released(standing: Standing) -> Standing:
    """What stands once a contact was released: the first one introduces both."""
    return replace(standing, state=_State.INTRODUCED) if standing.state is _State.ACCEPTED else standing


def expired(standing: Standing) -> Standing:
    """What stands once nobody has answered in time."""
    return replace(standing, state=_State.EXPIRED)


def erased(standing: Standing, sides: Collection[Actor]) -> Standing:
    """What stands once the profiles of these sides were erased: nothing goes on, and their yes is gone."""
    state = standing.state
    if state is _State.DRAFT:
        state = _State.WITHDRAWN
    elif state in OPEN:
        state = _State.CLOSED
    return replace(standing, state=state, consents=standing.consents - set(sides))


def allowed_actions(standing: Standing, actors: Collection[Actor]) -> tuple[IntroductionAction, ...]:
    """Everything that somebody who may act as any of `actors` may do now, in the order of the vocabulary."""
    return tuple(
        action
        for action in IntroductionAction
        if any(find_transition(standing, action, actor) is not None for actor in actors)
    )
