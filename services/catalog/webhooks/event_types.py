"""The names of events, and which of them an endpoint asked for; pure."""

from collections.abc import Iterable

from shared.contracts.introductions import IntroductionState

PING = "webhook.ping"
_OWN_FAMILIES = ("introduction", "webhook")


def introduction_event(action: str, before: IntroductionState | None, now_stands: IntroductionState) -> str:
    """`introduction.<state>` where the state was reached just now, else what kind of news it is."""
    if before is not now_stands:
        return f"introduction.{now_stands.value}"
    return "introduction.reminded" if action == "remind" else "introduction.updated"


def is_own(event_type: str) -> bool:
    """Whether only the catalog itself says this."""
    return event_type.partition(".")[0] in _OWN_FAMILIES


def asks_for(patterns: Iterable[str], event_type: str) -> bool:
    """Whether a type is among those asked for: by its name, by its family (`introduction.*`), or by `*`."""
    return any(_matches(pattern, event_type) for pattern in patterns)


def _matches(pattern: str, event_type: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern.removesuffix("*"))
    return pattern == event_type
