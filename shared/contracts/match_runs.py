"""Recorded match runs on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.contracts.base import WireModel
from shared.contracts.matches import MatchRequest, MatchResponse


class MatchRun(WireModel):
    """An answer as it was given, to what request, and when."""

    run_id: str
    request: MatchRequest
    """With its defaults; without a contact, and without the organisation of a poster who stays unnamed."""
    answer: MatchResponse
    """The same JSON text as was answered; its `provenance` names the versions."""
    answered: Annotated[int, Field(ge=1)]
    """How often this very answer was given; the last moment may not be counted yet."""
    first_answered_at: datetime
    last_answered_at: datetime
