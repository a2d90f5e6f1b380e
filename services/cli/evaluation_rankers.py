"""The rankings that `liaison evaluate` compares, with embedded texts kept between runs."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from services.cli.evaluate import ProfileById, RankerFactory
from services.cli.policy_files import read_policies
from services.matcher.evaluation.progress import StageProgress
from services.matcher.evaluation.rankers import Ranker
from services.matcher.scoring.policy import RankingPolicy


class ServedRankers:
    """Loads the model at the first set and keeps it for the others."""

    def __init__(self, vectors: Path, policies: Sequence[Path] = ()) -> None:
        """`vectors` is the SQLite file that keeps embedded texts; `policies` are documents. Raises CommandProblem."""
        self._vectors = vectors
        self._policies = read_policies(policies)
        self._rank: RankerFactory | None = None

    def __call__(self, subjects: ProfileById, targets: ProfileById, progress: StageProgress) -> Mapping[str, Ranker]:
        """Rankings of one set."""
        self._rank = self._rank or _load(self._vectors, self._policies)
        return self._rank(subjects, targets, progress)


def _load(vectors: Path, policies: Mapping[str, RankingPolicy]) -> RankerFactory:
    from services.matcher.bootstrap import build_encoder, open_database  # noqa: PLC0415 - torch takes seconds
    from services.matcher.embedding.vector_store import VectorStore  # noqa: PLC0415
    from services.matcher.evaluation.served import POLICIES, pipeline_rankers  # noqa: PLC0415
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    encoder = build_encoder(MatcherSettings(encoder_threads=os.cpu_count() or 1))
    store = VectorStore(open_database(f"sqlite:///{vectors}"), encoder)
    return partial(pipeline_rankers, encoder=encoder, store=store, policies={**POLICIES, **policies})
