"""What an answer lacks: told in headers, since the body depends on the request and the versions alone."""

from enum import StrEnum

from services.matcher.bootstrap import Matcher
from shared.kit.http import Responses

DEGRADED_HEADER = "Liaison-Degraded"
LAG_HEADER = "Liaison-Feed-Lag"
AGE_HEADER = "Liaison-Feed-Age"
_LONGEST_LAG_SECONDS = 30.0


class Degraded(StrEnum):
    """Why an answer may be older than usual, or will not be recorded."""

    CATALOG = "catalog"
    """The feed cannot be read: nothing newer is known."""
    FEED = "feed"
    """The feed is read, and has been behind for more than 30 s."""
    DATABASE = "database"
    """The matcher's own database is away: runs wait in memory, policies stay as they are."""


def degraded(matcher: Matcher) -> tuple[Degraded, ...]:
    """Everything that is not as it should be, in a fixed order."""
    follower = matcher.follower
    is_behind = follower.is_reachable and follower.seconds_behind > _LONGEST_LAG_SECONDS
    holds = {
        Degraded.CATALOG: not follower.is_reachable,
        Degraded.FEED: is_behind,
        Degraded.DATABASE: not matcher.database.is_available,
    }
    return tuple(reason for reason, is_so in holds.items() if is_so)


def degraded_headers(matcher: Matcher) -> dict[str, str]:
    """How far the answer is behind the feed, and why, where something is wrong."""
    reasons, follower = degraded(matcher), matcher.follower
    headers = {LAG_HEADER: str(follower.positions_behind)}
    if reasons:
        headers |= {DEGRADED_HEADER: ", ".join(reasons), AGE_HEADER: str(round(follower.seconds_behind))}
    return headers


DEGRADED_RESPONSES: Responses = {
    200: {
        "headers": {
            LAG_HEADER: {
                "schema": {"type": "integer"},
                "description": "Feed positions between the newest change known of and the snapshot.",
            },
            DEGRADED_HEADER: {
                "schema": {"type": "string"},
                "description": "Only while something is away: `catalog`, `feed`, `database`, separated by commas.",
            },
            AGE_HEADER: {
                "schema": {"type": "integer"},
                "description": "Only then: seconds since the snapshot was known to hold everything.",
            },
        }
    }
}
"""For `responses=` of a route that answers from the snapshot."""
