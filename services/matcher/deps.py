"""What a route may ask for."""

from typing import Annotated

from fastapi import Depends, Request

from services.matcher.bootstrap import Matcher
from services.matcher.matching.matchmaker import Matchmaker
from shared.kit.errors import Unavailable


class NotReady(Unavailable):
    """The matcher is still loading its snapshot."""

    code = "matcher_not_ready"


def _matcher(request: Request) -> Matcher:
    matcher: Matcher = request.app.state.matcher
    return matcher


def _ready_matchmaker(request: Request) -> Matchmaker:
    matcher = _matcher(request)
    if not matcher.follower.is_restored:
        raise NotReady("The matcher is loading its snapshot; ask again in a moment.")
    return matcher.matchmaker


RunningMatcher = Annotated[Matcher, Depends(_matcher)]
ReadyMatchmaker = Annotated[Matchmaker, Depends(_ready_matchmaker)]
