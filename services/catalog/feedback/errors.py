"""What can be wrong with feedback, and what the caller can do about it."""

from collections.abc import Sequence

from shared.contracts.problems import FieldProblem
from shared.kit.errors import Conflict, InvalidRequest
from shared.kit.problems import MAX_LISTED_ERRORS


class FaultyFeedback(InvalidRequest):
    """Events contradict themselves or name profiles that do not exist; nothing of the batch was stored."""

    code = "faulty_feedback"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        first = problems[0]
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        detail = f"{first.field}: {first.message}. {first.fix}{more}"
        super().__init__(detail, errors=tuple(problems[:MAX_LISTED_ERRORS]))


class FeedbackEventDiffers(Conflict):
    """An event of this id is on record with another content; nothing of the batch was stored."""

    code = "feedback_event_differs"

    def __init__(self, fields: Sequence[str]) -> None:
        fix = "Events never change: send what is new under an event_id of its own."
        message = "is on record with another content"
        errors = tuple(FieldProblem(field=field, message=message, fix=fix) for field in fields[:MAX_LISTED_ERRORS])
        super().__init__(f"{fields[0]} {message}. {fix}", errors=errors)
