"""What stands where something was erased, the same in both services; pure."""

import re
from hashlib import sha256

from shared.contracts.feedback import INTRODUCTION_EVENTS

ERASED = "erased"
"""In the place of a name or a title that something must have."""
_RENAMED = re.compile(f"{ERASED}:[0-9a-f]{{32}}")


def erased_event_id(event_id: str) -> str:
    """Another id for a feedback event whose client chose the first, which may say something; the same each time."""
    if event_id.startswith(INTRODUCTION_EVENTS) or _RENAMED.fullmatch(event_id):
        return event_id
    return f"{ERASED}:{sha256(event_id.encode()).hexdigest()[:32]}"
