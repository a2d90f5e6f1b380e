"""What can be wrong with an export or an erasure, and what the caller can do about it."""

from shared.contracts.problems import FieldProblem
from shared.kit.errors import Forbidden, Gone, InvalidRequest, NotFound


class PersonalDataUnnamed(InvalidRequest):
    """Nobody is named, and the caller speaks for no organisation."""

    code = "personal_data_unnamed"

    def __init__(self) -> None:
        message, fix = "is missing", "Name an organisation, or a profile with profile_id."
        field = FieldProblem(field="query.organization_id", message=message, fix=fix)
        super().__init__(f"organization_id {message}. {fix}", errors=(field,))


class UnknownProfiles(InvalidRequest):
    """Some of the named profiles do not exist, or the caller may not know of them."""

    code = "unknown_profiles"

    def __init__(self, fields: list[str]) -> None:
        message, fix = "names no profile of this catalog", "Use the ids of GET /v1/profiles."
        errors = tuple(FieldProblem(field=field, message=message, fix=fix) for field in fields)
        super().__init__(f"{', '.join(fields[:5])}: {message}. {fix}", errors=errors)


class NotYours(Forbidden):
    """Only an organisation itself, or an administrator on its behalf, has its data exported or erased."""

    code = "personal_data_not_yours"

    def __init__(self) -> None:
        super().__init__("This belongs to another organisation; only its own people and administrators may do this.")


class AlreadyErased(Gone):
    """A named profile was erased before."""

    code = "already_erased"

    def __init__(self, profile_id: str, erasure_id: str | None) -> None:
        receipt = f" GET /v1/erasures/{erasure_id} has the receipt." if erasure_id else ""
        super().__init__(f"{profile_id} was erased.{receipt} Leave it out.")


class ErasureNotFound(NotFound):
    """No erasure has this id, or it is another organisation's."""

    code = "erasure_not_found"

    def __init__(self) -> None:
        super().__init__("No erasure of yours has this id; use the id that POST /v1/erasures answered.")
