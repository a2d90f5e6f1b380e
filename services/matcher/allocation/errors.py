"""What is wrong with an allocation request, naming the field and the fix."""

from shared.contracts.problems import FieldProblem
from shared.kit.errors import Conflict, InvalidRequest, NotFound, Unavailable


class AllocationNotFound(NotFound):
    """No allocation has this id."""

    code = "allocation_not_found"


class AllocationInvalid(InvalidRequest):
    """Fields of the request contradict each other or what the matcher knows."""

    code = "allocation_invalid"

    def __init__(self, problems: list[FieldProblem]) -> None:
        first = problems[0]
        more = f" ({len(problems) - 1} more in errors)" if len(problems) > 1 else ""
        super().__init__(f"{first.field}: {first.message}. {first.fix}{more}", errors=tuple(problems[:100]))


class LocksCannotMeet(InvalidRequest):
    """No timetable lets all locked pairs meet."""

    code = "locks_cannot_meet"

    def __init__(self, missed: list[int]) -> None:
        fix = "Take the lock back, or give both sides another slot, a higher capacity or another table."
        problems = [
            FieldProblem(field=f"locks.{place}", message="finds no slot beside the other locks", fix=fix)
            for place in missed
        ]
        super().__init__(f"{problems[0].field}: {problems[0].message}. {fix}", errors=tuple(problems[:100]))


class AllocationBusy(Unavailable):
    """Other allocations are being solved."""

    code = "allocation_busy"


class ParticipantErased(Conflict):
    """A participant was erased while the day was being solved."""

    code = "participant_erased"

    def __init__(self) -> None:
        super().__init__("A participant was erased while this was being solved; leave it out and ask again.")
