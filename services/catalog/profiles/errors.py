"""What can be wrong with a change to a profile, and what the caller can do about it."""

from shared.contracts.problems import FieldProblem
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.errors import Conflict, Gone, InvalidRequest, NotFound


class ProfileNotFound(NotFound):
    """No profile has this id, or it is hidden."""

    code = "profile_not_found"

    def __init__(self) -> None:
        super().__init__("No profile has this id; list them with GET /v1/profiles.")


class ProfileWithdrawn(Gone):
    """The profile was withdrawn; it stays on record."""

    code = "profile_withdrawn"

    def __init__(self) -> None:
        super().__init__("This profile was withdrawn; POST it to /v1/profiles to bring it back.")


class ProfileErased(Gone):
    """The profile was erased; nothing is left of it."""

    code = "profile_erased"

    def __init__(self) -> None:
        super().__init__("This profile was erased. POST it to /v1/profiles to register it anew, under another id.")


def check_is_there(status: ProfileStatus) -> None:
    """Raise ProfileWithdrawn or ProfileErased unless it is active."""
    if status is ProfileStatus.WITHDRAWN:
        raise ProfileWithdrawn
    if status is ProfileStatus.ERASED:
        raise ProfileErased


class ProfileExists(Conflict):
    """The same `(source, external_id)` is active already."""

    code = "profile_exists"

    def __init__(self, profile_id: str) -> None:
        super().__init__(
            f"A profile with this source and external_id exists as {profile_id}; "
            f"PUT /v1/profiles/{profile_id} with If-Match revises it.",
            headers={"Location": f"/v1/profiles/{profile_id}"},
        )


class OtherProfile(InvalidRequest):
    """The body's `(source, external_id)` make another id than the path's."""

    code = "profile_id_mismatch"

    def __init__(self, profile_id: str) -> None:
        detail = "source and external_id in the body name another profile than the path."
        fix = f"Send those of the path's profile, or use the path /v1/profiles/{profile_id}."
        errors = tuple(
            FieldProblem(field=field, message="Names another profile than the path.", fix=fix)
            for field in ("source", "external_id")
        )
        super().__init__(f"{detail} {fix}", errors=errors)


class ProfileTaken(Conflict):
    """Another organisation's profile has this `(source, external_id)`."""

    code = "profile_taken"

    def __init__(self) -> None:
        super().__init__("This source and external_id are taken; use a source of your own.")


class OwnerIsNotYours(InvalidRequest):
    """A profile cannot be given away by its writer."""

    code = "owner_not_yours"

    def __init__(self) -> None:
        fix = "Leave it out, or give your own organisation."
        problem = FieldProblem(field="owner", message="names an organisation that is not yours", fix=fix)
        super().__init__(f"owner names an organisation that is not yours. {fix}", errors=(problem,))
