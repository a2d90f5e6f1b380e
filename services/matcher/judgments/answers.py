"""How often a profile said yes when it was asked, and whether it answered at all; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from services.matcher.introductions.steps import IntroductionSteps
from services.matcher.judgments.event import Event, speaker_of
from services.matcher.priors.shrinkage import Counted
from shared.contracts.feedback import FeedbackReason, FeedbackType
from shared.contracts.introductions import IntroductionState

ANSWERS = (FeedbackType.ACCEPTED, FeedbackType.DECLINED)
_ABOUT_THE_PAIR = frozenset({FeedbackReason.ALREADY_IN_CONTACT, FeedbackReason.CONFLICT_OF_INTEREST})
"""Reasons that say nothing of what the same profile answers to another."""
_ANSWERED = frozenset({IntroductionState.ACCEPTED, IntroductionState.DECLINED})


def acceptances(events: Iterable[Event]) -> Mapping[str, Counted]:
    """By profile: pairings that it was asked about, and accepted; its newest answer to each.

    Only answers count. Whoever was shown low and was not opened has refused nothing, so neither what was shown nor what
    was dismissed from a list is among them: places in lists cannot bias these shares.
    """
    newest: dict[tuple[str, str, str], Event] = {}
    for event in sorted(events, key=lambda event: (event.at.timestamp(), event.event_id)):
        if event.type in ANSWERS:
            newest[event.subject_id, event.target_id, speaker_of(event)] = event
    found: defaultdict[str, Counted] = defaultdict(Counted)
    for (_, _, speaker), event in newest.items():
        if event.reason not in _ABOUT_THE_PAIR:
            found[speaker] += Counted(asked=1, yes=float(event.type is FeedbackType.ACCEPTED))
    return dict(found)


def responses(introductions: Iterable[IntroductionSteps]) -> Mapping[str, Counted]:
    """By profile: introductions that it was asked for, and answered in time, whatever it said.

    A request that still waits, or was withdrawn before an answer, says nothing.
    """
    found: defaultdict[str, Counted] = defaultdict(Counted)
    for one in introductions:
        is_answered = not _ANSWERED.isdisjoint(one.reached)
        if one.is_told and (is_answered or IntroductionState.EXPIRED in one.reached):
            found[one.target_id] += Counted(asked=1, yes=float(is_answered))
    return dict(found)
