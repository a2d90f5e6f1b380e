"""The state machine: what no sequence of actions can do, whoever acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.introductions.states import (
    OPEN,
    TERMINAL,
    TRANSITIONS,
    Standing,
    after,
    allowed_actions,
    expired,
    find_transition,
    released,
)
from shared.contracts.introductions import Actor, IntroductionAction, IntroductionState

PEOPLE = (Actor.SUBJECT, Actor.TARGET, Actor.OPERATOR)
Deeds = list[tuple[IntroductionAction, Actor]]
deeds = st.lists(st.tuples(st.sampled_from(IntroductionAction), st.sampled_from(PEOPLE)), max_size=30)
DRAFT = Standing(state=IntroductionState.DRAFT)


def play(done: Deeds, *, is_reviewed: bool = False) -> list[tuple[Standing, IntroductionAction, Actor]]:
    """What stood after every deed that applied."""
    standing, history = DRAFT, []
    for action, actor in done:
        line = find_transition(standing, action, actor)
        if line is not None:
            standing = after(standing, line, actor, is_reviewed=is_reviewed)
            history.append((standing, action, actor))
    return history


@given(done=deeds, is_reviewed=st.booleans())
def test_contacts_may_be_had_only_while_both_sides_have_said_yes_themselves(done: Deeds, *, is_reviewed: bool) -> None:
    said: set[Actor] = set()
    for standing, action, actor in play(done, is_reviewed=is_reviewed):
        if action in (IntroductionAction.SUBMIT, IntroductionAction.ACCEPT):
            said.add(actor)
        if action is IntroductionAction.WITHDRAW:
            said.discard(actor)
        assert not standing.is_releasable or said == {Actor.SUBJECT, Actor.TARGET}


@given(done=deeds, is_reviewed=st.booleans())
def test_target_hears_of_nothing_that_the_operator_has_not_let_through(done: Deeds, *, is_reviewed: bool) -> None:
    approved = False
    for standing, action, _ in play(done, is_reviewed=is_reviewed):
        approved = approved or action is IntroductionAction.APPROVE
        if is_reviewed and standing.state is IntroductionState.REQUESTED:
            assert approved


@given(done=deeds)
def test_nothing_leaves_a_terminal_state(done: Deeds) -> None:
    for standing, _, _ in play(done):
        if standing.state in TERMINAL:
            assert allowed_actions(standing, PEOPLE) == ()


@given(done=deeds, leaver=st.sampled_from((Actor.SUBJECT, Actor.TARGET)))
def test_whoever_said_yes_can_take_it_back_at_any_time_and_nothing_is_released_then(done: Deeds, leaver: Actor) -> None:
    for standing, _, _ in play(done):
        if leaver in standing.consents and standing.state in OPEN:
            line = find_transition(standing, IntroductionAction.WITHDRAW, leaver)
            assert line is not None
            assert not after(standing, line, leaver).is_releasable


@pytest.mark.parametrize("state", sorted(OPEN | {IntroductionState.DRAFT}))
def test_every_state_leads_to_an_end(state: IntroductionState) -> None:
    reached = {state}
    for _ in IntroductionState:
        reached |= {line.to for line in TRANSITIONS if line.to is not None and line.sources & reached}
    assert reached & TERMINAL


def test_every_state_can_be_reached() -> None:
    reached = {IntroductionState.DRAFT, expired(DRAFT).state}
    reached |= {released(Standing(state=IntroductionState.ACCEPTED)).state, IntroductionState.IN_REVIEW}
    reached |= {line.to for line in TRANSITIONS if line.to is not None}
    assert reached == set(IntroductionState)


def test_only_the_target_accepts_and_only_it_declines_what_it_was_asked() -> None:
    asked = Standing(state=IntroductionState.REQUESTED, consents=frozenset({Actor.SUBJECT}))
    assert allowed_actions(asked, {Actor.TARGET}) == (IntroductionAction.ACCEPT, IntroductionAction.DECLINE)
    assert allowed_actions(asked, {Actor.SUBJECT}) == (IntroductionAction.WITHDRAW,)
    assert allowed_actions(asked, {Actor.OPERATOR}) == (IntroductionAction.CLOSE,)


def test_story_from_request_to_order_is_told_step_by_step() -> None:
    story = [
        (IntroductionAction.SUBMIT, Actor.SUBJECT),
        (IntroductionAction.ACCEPT, Actor.TARGET),
        (IntroductionAction.INTRODUCE, Actor.OPERATOR),
        (IntroductionAction.MEET, Actor.TARGET),
        (IntroductionAction.PILOT, Actor.SUBJECT),
        (IntroductionAction.ORDER, Actor.OPERATOR),
        (IntroductionAction.CLOSE, Actor.SUBJECT),
    ]
    states = [standing.state for standing, _, _ in play(story)]
    assert states == ["requested", "accepted", "introduced", "met", "pilot", "order", "closed"]
