"""A learned model of a pair of kinds over the named signals: its scores, and what each signal adds to them; pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from services.matcher.scoring.directed import Signals
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal

Margins = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]  # (pairs, features), NaN where missing
_FORMAT = 1
DEPTH = 300
"""Few enough to be measured for every request."""


class BadModel(ValueError):
    """A model's artefact cannot be used: it is damaged, of another format, or names a signal that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One signal of one direction: of how well the other side serves the needs of a kind."""

    needing: Kind
    signal: Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPart:
    """What one signal of one direction adds to a learned score: its SHAP value."""

    feature: Feature
    value: float | None
    """In [0, 1]; None where the signal is missing."""
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One pair's learned score and what it is made of: `expected` and the contributions add up to `margin`."""

    model_id: str
    margin: float
    expected: float
    """What the model says of an average pair that it was trained on."""
    parts: tuple[LearnedPart, ...]


@dataclass(frozen=True, kw_only=True)  # no slots: the booster is read when it is first asked
class LearnedModel:
    """Gradient-boosted trees (LambdaMART, Burges 2010) as text, with the names of what they were trained on.

    A pair's features do not depend on who asks: each belongs to the kind whose needs it speaks of.
    """

    first: Kind
    second: Kind
    features: tuple[Feature, ...]
    depth: int = DEPTH
    """So many of the best under the readable weights it orders, as it was trained on such."""
    trees: str = field(repr=False)
    """LightGBM's own text form."""
    training: Mapping[str, Any] = field(default_factory=dict, repr=False)  # Any: JSON
    """What it was trained on and what it gained, for people."""

    @cached_property
    def model_id(self) -> str:
        """Names the content: equal models have equal ids."""
        return f"lambdamart-{hashlib.sha256(self._content().encode()).hexdigest()[:12]}"

    @property
    def kinds(self) -> frozenset[Kind]:
        """The pair that it ranks, whoever asks."""
        return frozenset((self.first, self.second))

    def margins(self, asking: Kind, forward: Signals, backward: Signals, size: int) -> Margins:
        """Raw scores, (size,): unbounded, higher is better."""
        return self.predict(self.rows(asking, forward, backward, size))

    def predict(self, rows: Matrix) -> Margins:
        """Raw scores of rows of features, (rows,)."""
        if not len(rows):
            return np.empty(0)
        found: Margins = np.asarray(self._booster.predict(rows, num_threads=1), dtype=np.float64)
        return found

    def explained(
        self, asking: Kind, forward: Signals, backward: Signals, places: Sequence[int], size: int
    ) -> list[Learned]:
        """What the scores of some pairs are made of, by Tree SHAP (Lundberg et al. 2020)."""
        rows = self.rows(asking, forward, backward, size)[list(places)]
        if not len(rows):
            return []
        margins = self.predict(rows)
        contributions = np.asarray(self._booster.predict(rows, pred_contrib=True, num_threads=1))
        return [
            Learned(
                model_id=self.model_id,
                margin=float(margin),
                expected=float(added[-1]),
                parts=tuple(
                    LearnedPart(feature=feature, value=None if np.isnan(value) else value, contribution=contribution)
                    for feature, value, contribution in zip(
                        self.features, row.tolist(), added[:-1].tolist(), strict=True
                    )
                ),
            )
            for row, margin, added in zip(rows, margins, contributions, strict=True)
        ]

    def rows(self, asking: Kind, forward: Signals, backward: Signals, size: int) -> Matrix:
        """Values of the features, (size, features), NaN where missing; the two directions trade places by who asks."""
        rows = np.full((size, len(self.features)), np.nan)
        for column, feature in enumerate(self.features):
            measured = (forward if feature.needing is asking else backward).get(feature.signal)
            if measured is not None:
                rows[:, column] = measured.value
        return rows

    def warm(self) -> None:
        """Read the trees now, so that no request waits for it. Raises BadModel where they are none."""
        import lightgbm  # noqa: PLC0415 - takes a second, and most policies have no learned model

        try:
            columns = self._booster.num_feature()
        except lightgbm.basic.LightGBMError as error:
            raise BadModel(f"the trees cannot be read: {error}") from error
        if columns != len(self.features):
            raise BadModel(f"the trees ask {columns} features, {len(self.features)} are named")

    @cached_property
    def _booster(self) -> Any:  # Any: lightgbm
        import lightgbm  # noqa: PLC0415 - as above

        return lightgbm.Booster(model_str=self.trees)

    def _content(self) -> str:
        named = [[feature.needing, feature.signal] for feature in self.features]
        return json.dumps([_FORMAT, self.first, self.second, self.depth, named, self.trees])

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The artefact that stands beside a policy."""
        return {
            "format": _FORMAT,
            "id": self.model_id,
            "kinds": [self.first, self.second],
            "depth": self.depth,
            "features": [{"needing": feature.needing, "signal": feature.signal} for feature in self.features],
            "training": dict(self.training),
            "trees": self.trees,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:  # Any: JSON
        """Read an artefact. Raises BadModel where its content does not give the id it bears."""
        try:
            if document["format"] != _FORMAT:
                raise BadModel(f"a model of format {document['format']}; this version reads format {_FORMAT}")
            first, second = (Kind(kind) for kind in document["kinds"])
            features = tuple(
                Feature(needing=Kind(one["needing"]), signal=Signal(one["signal"])) for one in document["features"]
            )
            model = cls(
                first=first,
                second=second,
                features=features,
                depth=int(document["depth"]),
                trees=str(document["trees"]),
                training=document["training"],
            )
            claimed = document["id"]
        except (KeyError, TypeError, ValueError) as error:
            raise error if isinstance(error, BadModel) else BadModel(f"not a model's artefact: {error!r}") from error
        if claimed != model.model_id:
            raise BadModel(f"the artefact calls itself {claimed}, its content is {model.model_id}: it was changed")
        return model


def bounded(margins: Margins) -> Margins:
    """Raw scores in (0, 1), 1 / (1 + e^-m): rises strictly, so that calibration sees what it expects."""
    scores: Margins = 1 / (1 + np.exp(-np.clip(margins, -30, 30)))
    return scores
