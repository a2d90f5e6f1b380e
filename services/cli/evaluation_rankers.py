"""The rankings that `liaison evaluate` compares, with embedded texts kept between runs."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.cli.evaluate import ProfileById, RankerFactory
from services.cli.policy_files import read_policies
from services.cli.problems import CommandProblem
from services.matcher.evaluation.progress import StageProgress
from services.matcher.evaluation.rankers import Ranker
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.vocabularies import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedModel:
    """A model that is measured beside the settings' one."""

    source: str
    """The bundled name or a folder."""
    languages: tuple[Language, ...]

    @property
    def name(self) -> str:
        """How its rankings are called: the last part of its path."""
        return Path(self.source).name


class ServedRankers:
    """Loads the model at the first set and keeps it for the others."""

    def __init__(self, vectors: Path, policies: Sequence[Path] = (), models: Sequence[ComparedModel] = ()) -> None:
        """`vectors` is the SQLite file that keeps embedded texts; `policies` are documents. Raises CommandProblem.

        Each of `models` ranks beside the settings' one, as `served@NAME` and `dense@NAME`.
        """
        self._vectors = vectors
        self._models = models
        self._policies = read_policies(policies)
        self._rank: RankerFactory | None = None

    def __call__(self, subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
        """Rankings of one set."""
        self._rank = self._rank or _load(self._vectors, self._policies, self._models)
        return self._rank(subjects, targets, progress)


def _load(vectors: Path, policies: Mapping[str, RankingPolicy], models: Sequence[ComparedModel] = ()) -> RankerFactory:
    from services.matcher.bootstrap import open_database  # noqa: PLC0415 - torch takes seconds
    from services.matcher.embedding.vector_store import VectorStore  # noqa: PLC0415
    from services.matcher.evaluation.served import POLICIES, pipeline_rankers  # noqa: PLC0415
    from services.matcher.model_lines import build_encoder  # noqa: PLC0415
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    settings = MatcherSettings(encoder_threads=os.cpu_count() or 1)
    database = open_database(f"sqlite:///{vectors}")
    encoder = build_encoder(settings)
    store = VectorStore(database, encoder)
    rankings: dict[str, RankerFactory] = {
        "": partial(pipeline_rankers, encoder=encoder, store=store, policies={**POLICIES, **policies})
    }
    compared = {name: POLICIES[name] for name in ("served", "dense")}
    for model in models:
        of_model = settings.model_copy(update={"model": model.source, "model_languages": model.languages})
        try:
            other = build_encoder(of_model)
        except Exception as error:
            raise CommandProblem(f"--model: {model.source} cannot be loaded ({error}).") from error
        store = VectorStore(database, other)
        rankings[f"@{model.name}"] = partial(pipeline_rankers, encoder=other, store=store, policies=compared)
    return partial(_all_rankers, rankings)


def _all_rankers(
    rankings: Mapping[str, RankerFactory], subjects: ProfileById, targets: ProfileById, progress: StageProgress
) -> Mapping[str, Ranker]:
    return {
        f"{name}{ending}": ranker
        for ending, rank in rankings.items()
        for name, ranker in rank(subjects, targets, progress).items()
    }
