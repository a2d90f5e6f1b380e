"""Learned models as files beside the policies: one JSON file a model, named by its id."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.matcher.scoring.learned import BadModel, LearnedModel

_MODEL_ID = re.compile(r"lambdamart-[0-9a-f]{12}")


class ModelFolder(Mapping[str, LearnedModel]):
    """Models by id, read when they are asked for; what is no sound artefact is not there. The folder need not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, model_id: str) -> LearnedModel:
        # An id comes from outside: only what a model could be called becomes a path.
        if not _MODEL_ID.fullmatch(model_id):
            raise KeyError(model_id)
        try:
            model = read_model(self._path(model_id))
            model.warm()
        except (BadModel, OSError) as error:
            raise KeyError(model_id) from error
        if model.model_id != model_id:
            raise KeyError(model_id)
        return model

    def __iter__(self) -> Iterator[str]:
        found = (path.stem for path in sorted(self._folder.glob("lambdamart-*.json")))
        return (name for name in found if _MODEL_ID.fullmatch(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def write(self, model: LearnedModel) -> Path:
        """Keep a model; equal models are one file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(model.model_id)
        path.write_text(json.dumps(model.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path

    def _path(self, model_id: str) -> Path:
        return self._folder / f"{model_id}.json"


def read_model(path: Path) -> LearnedModel:
    """The model of a file. Raises BadModel, and OSError where it cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadModel(f"{path}: not JSON ({error})") from error
    return LearnedModel.from_json(document)
