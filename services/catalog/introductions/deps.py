"""What a route of introductions may ask for: who calls in which request, and what the settings allow."""

from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import Depends

from services.catalog.deps import Settings
from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.introductions.speaking import Caller
from services.catalog.settings import CatalogSettings
from shared.kit.identity import CurrentPrincipal


async def _caller(principal: CurrentPrincipal) -> Caller:
    # Bound by the outermost middleware: the id that the log and the answer name.
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return Caller(principal=principal, request_id=request_id)


async def _limits(settings: Settings) -> IntroductionLimits:
    return limits_of(settings)


def limits_of(settings: CatalogSettings) -> IntroductionLimits:
    """What the settings allow, as the rules ask it."""
    return IntroductionLimits(
        is_reviewed=settings.introduction_review,
        asked_per_period=settings.introductions_asked,
        received_per_period=settings.introductions_received,
        period=timedelta(days=settings.introduction_period_days),
        answer_within=timedelta(days=settings.introduction_answer_days),
        remind_every=timedelta(days=settings.introduction_reminder_days),
    )


Calling = Annotated[Caller, Depends(_caller)]
Limits = Annotated[IntroductionLimits, Depends(_limits)]
