"""How long a timetable is searched for, and what a search comes to; pure."""

from dataclasses import dataclass, field

from services.matcher.allocation.problem import Meeting, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """When constraint programming gives up: the first limit counts its own steps, and is reached alike anywhere."""

    deterministic: float = 1.5
    """In the solver's units; one is about ten seconds of one core."""
    seconds: float = 20.0
    """Beyond it the answer depends on the machine, and says so."""


PATIENT = Effort()


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The best timetable found, and what none can be better than, the weightiest part first."""

    meetings: tuple[Meeting, ...] = field(repr=False)
    bound: Value
    is_out_of_time: bool = False
    """The second limit of the effort ended the search."""
