"""What can be wrong with golden sets, and what the caller can do about it."""

from shared.contracts.problems import FieldProblem
from shared.kit.errors import Conflict, NotFound


class GoldenSetNotFound(NotFound):
    """No golden set has this id."""

    code = "golden_set_not_found"

    def __init__(self) -> None:
        super().__init__("No golden set has this id; list them with GET /v1/golden-sets.")


class GoldenSetExists(Conflict):
    """Another set, perhaps an archived one, has this name."""

    code = "golden_set_exists"

    def __init__(self) -> None:
        message, fix = "is the name of another golden set, perhaps an archived one", "Choose another name."
        super().__init__(f"name {message}. {fix}", errors=(FieldProblem(field="name", message=message, fix=fix),))


class GoldenSetArchived(Conflict):
    """An archived set takes no judgments any more."""

    code = "golden_set_archived"

    def __init__(self) -> None:
        super().__init__("This golden set is archived: it can be read and exported, and takes no judgments any more.")


class JudgmentNotFound(NotFound):
    """The set holds no such judgment."""

    code = "judgment_not_found"

    def __init__(self) -> None:
        super().__init__("The set holds no judgment of this pair by this judge and source; list what it holds.")
