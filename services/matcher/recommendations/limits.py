"""How many contacts, to how many, how often."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from services.matcher.settings import MatcherSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What keeps recommendations few, and spread over those who are recommended."""

    quota: int
    """Contacts that a reader is given in a period."""
    readers: int
    """How many readers in a period a profile is recommended to that states no capacity."""
    repeats: int
    """How often a contact is recommended without an answer before it rests."""
    retention: timedelta

    @classmethod
    def of(cls, settings: MatcherSettings) -> Self:
        """As the service is set up."""
        return cls(
            quota=settings.recommendation_quota,
            readers=settings.recommendation_readers,
            repeats=settings.recommendation_repeats,
            retention=timedelta(days=settings.recommendation_retention_days),
        )
