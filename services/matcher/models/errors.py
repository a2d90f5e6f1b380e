"""What can be wrong with a wish for another model."""

from shared.contracts.problems import FieldProblem
from shared.kit.errors import Conflict, InvalidRequest, NotFound


class ModelNotFound(NotFound):
    """No model has this name."""

    code = "model_not_found"


class ModelSourceNotFound(InvalidRequest):
    """The path of a model leads to no folder that holds one."""

    code = "model_source_not_found"

    def __init__(self, source: str) -> None:
        fix = "Name a folder on the matcher's machine that holds modules.json or config.json."
        super().__init__(
            f"source: {source!r} is no folder of a sentence-transformers model. {fix}",
            errors=(FieldProblem(field="source", message="no model there", fix=fix),),
        )


class ModelTaken(Conflict):
    """The name stands for another model, or the model has another name."""

    code = "model_taken"


class ModelNotReady(Conflict):
    """The model is still being built, was dropped, or could not be loaded."""

    code = "model_not_ready"


class ModelInUse(Conflict):
    """The model answers now, or reads the feed."""

    code = "model_in_use"


class ModelAlreadyActive(Conflict):
    """The model answers already."""

    code = "model_already_active"


class NoModelToRollBack(Conflict):
    """No activation of a model is left to be taken back."""

    code = "no_model_to_roll_back"


class ModelsChangedMeanwhile(Conflict):
    """Somebody else took a step at the same moment."""

    code = "models_changed_meanwhile"
