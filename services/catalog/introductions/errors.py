"""What can be wrong with an introduction, and what the caller can do about it."""

from collections.abc import Sequence

from shared.contracts.introductions import IntroductionAction, IntroductionState
from shared.contracts.problems import FieldProblem
from shared.kit.errors import Conflict, Forbidden, InvalidRequest, NotFound, TooManyRequests


class IntroductionNotFound(NotFound):
    """No introduction has this id, or the caller is on neither side of it."""

    code = "introduction_not_found"

    def __init__(self) -> None:
        super().__init__("No introduction of yours has this id; list them with GET /v1/introductions.")


class FaultyIntroduction(InvalidRequest):
    """A field contradicts another one or names nothing that may be introduced."""

    code = "faulty_introduction"

    def __init__(self, field: str, message: str, fix: str) -> None:
        super().__init__(f"{field}: {message}. {fix}", errors=(FieldProblem(field=field, message=message, fix=fix),))


class NotYourProfile(Forbidden):
    """The caller does not speak for the profile that is to ask."""

    code = "not_your_profile"

    def __init__(self) -> None:
        super().__init__("subject_id: you do not speak for this profile; its organisation can delegate that to you.")


class IntroductionOpen(Conflict):
    """The two are being introduced already, whoever of them asked."""

    code = "introduction_open"

    def __init__(self, introduction_id: str | None) -> None:
        known = f" as {introduction_id}" if introduction_id else ""
        headers = {"Location": f"/v1/introductions/{introduction_id}"} if introduction_id else {}
        super().__init__(f"These two are being introduced already{known}; go on with that one.", headers=headers)


class ActionNotAllowed(Conflict):
    """The introduction is not where this may be done, or not by this caller."""

    code = "introduction_action_not_allowed"

    def __init__(
        self, action: IntroductionAction, state: IntroductionState, allowed: Sequence[IntroductionAction]
    ) -> None:
        now = f"you may {', '.join(allowed)}" if allowed else "there is nothing for you to do"
        super().__init__(f"{action} does not apply: the introduction is {state}; {now}.")


class PartyWithdrawn(Conflict):
    """A side's profile was withdrawn meanwhile."""

    code = "party_withdrawn"

    def __init__(self, side: str) -> None:
        super().__init__(f"The {side}'s profile was withdrawn; this can go on once it is back.")


class ConsentMissing(Conflict):
    """Not both sides agree to this introduction now."""

    code = "consent_missing"

    def __init__(self, state: IntroductionState) -> None:
        super().__init__(
            f"Contacts are released while both sides agree and until it is closed; the introduction is {state}, and "
            "not both do."
        )


class ContactMissing(Conflict):
    """The other side has stored no contact."""

    code = "contact_missing"

    def __init__(self) -> None:
        super().__init__("The other side's profile holds no contact; ask it, through the platform, to add one.")


class CounterpartAtCapacity(Conflict):
    """The target says how many it serves at a time, and serves that many."""

    code = "counterpart_at_capacity"

    def __init__(self) -> None:
        super().__init__("The target serves as many as it can just now; try again when it has closed an introduction.")


class QuotaReached(TooManyRequests):
    """A side's requests of the period are used up."""

    code = "introduction_quota_reached"

    def __init__(self, whose: str, allowed: int, retry_after_seconds: int) -> None:
        super().__init__(
            f"{whose}: {allowed} requests in this period, which is all that is allowed; Retry-After says when the "
            "next is.",
            headers={"Retry-After": str(max(1, retry_after_seconds))},
        )
