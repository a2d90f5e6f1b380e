"""The ranking policy: how the legs are weighed."""

from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.retrieval.fusion import Weights
from shared.contracts.vocabularies import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingPolicy:
    """Weights of the dense leg by what the model can read; the lexical leg carries the rest of 1."""

    revision: str
    dense_weight: float
    """Subject and target are both in a language of the model."""
    dense_weight_across: float
    """Subject and target differ in language."""
    dense_weight_unread: float
    """Both are in one language that the model does not know."""

    def dense_weights(self, subject: Language, chinese: Mask, model_languages: frozenset[Language]) -> Weights:
        """Weight of the dense leg for each target, (targets,)."""
        same, other = (
            self._weight(subject, target, model_languages)
            for target in (subject, Language.ENGLISH if subject is Language.CHINESE else Language.CHINESE)
        )
        is_same = chinese if subject is Language.CHINESE else ~chinese
        return np.where(is_same, same, other)

    def _weight(self, subject: Language, target: Language, model_languages: frozenset[Language]) -> float:
        if {subject, target} <= model_languages:
            return self.dense_weight
        return self.dense_weight_unread if subject is target else self.dense_weight_across


TEXT_POLICY = RankingPolicy(revision="text-1", dense_weight=0.5, dense_weight_across=0.3, dense_weight_unread=0.25)
"""The shipped policy; docs/experiments.md holds the figures its weights stand on."""
