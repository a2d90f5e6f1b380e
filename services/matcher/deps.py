"""What a route may ask for."""

from typing import Annotated

from fastapi import Depends, Request

from services.matcher.bootstrap import Matcher
from shared.kit.errors import Unavailable


class NotReady(Unavailable):
    """The matcher is still loading its snapshot."""

    code = "matcher_not_ready"


async def _matcher(request: Request) -> Matcher:
    matcher: Matcher = request.app.state.matcher
    return matcher


async def _ready_matcher(request: Request) -> Matcher:
    matcher = await _matcher(request)
    if not matcher.models.is_ready:
        raise NotReady("The matcher is loading its snapshot; ask again in a moment.")
    return matcher


RunningMatcher = Annotated[Matcher, Depends(_matcher)]
ReadyMatcher = Annotated[Matcher, Depends(_ready_matcher)]
