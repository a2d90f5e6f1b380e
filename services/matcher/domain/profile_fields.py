"""Reading a profile of any kind by field name; pure."""

from typing import Any

from shared.contracts.profiles import ProfileCommon


def field_value(profile: ProfileCommon, name: str) -> Any:  # Any: whatever the kind keeps under that name
    """The field's value; None where the kind has no such field (a missing attribute of a pydantic model is slow)."""
    return profile.__dict__.get(name)


def trl_bounds(profile: ProfileCommon) -> tuple[float, float] | None:
    """Lowest and highest technology readiness level that the profile has or asks for."""
    exact = field_value(profile, "trl")
    if exact is not None:
        return float(exact), float(exact)
    lowest, highest = field_value(profile, "trl_minimum"), field_value(profile, "trl_maximum")
    return None if lowest is None and highest is None else (float(lowest or 1), float(highest or 9))
