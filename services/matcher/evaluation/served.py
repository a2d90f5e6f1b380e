"""The served pipeline as rankings to evaluate: as it is served, and each leg alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.evaluation.comparison import StageProgress
from services.matcher.evaluation.rankers import Ranker
from services.matcher.matching.indexing import Indexed, Indexer, ProfileVersion
from services.matcher.matching.matchmaker import stored_subject
from services.matcher.matching.pipeline import Scope, match
from services.matcher.matching.policies import TEXT_POLICY, RankingPolicy
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import build_segment
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Language

POLICIES: Mapping[str, RankingPolicy] = {
    "served": TEXT_POLICY,
    "dense": replace(TEXT_POLICY, dense_weight=1, dense_weight_across=1, dense_weight_unread=1),
    "lexical": replace(TEXT_POLICY, dense_weight=0, dense_weight_across=0, dense_weight_unread=0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRanker:
    """Ranks through the very function that answers requests."""

    subjects: Snapshot
    targets: Snapshot
    scope: Scope
    policy: RankingPolicy
    languages: frozenset[Language]

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """Ids of the best targets."""
        subject: Subject = replace(stored_subject(subject_id, self.subjects), profile_id=None)
        ranking = match(subject, replace(self.scope, limit=depth), self.targets, self.policy, self.languages)
        return [scored.entry.profile_id for scored in ranking.matches]


def pipeline_rankers(
    subjects: Sequence[tuple[str, Profile]],
    targets: Sequence[tuple[str, Profile]],
    progress: StageProgress,
    *,
    encoder: Encoder,
    store: VectorStore,
) -> Mapping[str, Ranker]:
    """Index both sides of a set as the follower would, and rank one against the other under each policy."""
    indexer = Indexer(encoder, store)
    asked, proposed = (
        _snapshot(indexer, profiles, encoder, store, stage, progress)
        for stage, profiles in (("Embedding subjects", subjects), ("Embedding targets", targets))
    )
    kinds = tuple(dict.fromkeys(profile.kind for _, profile in targets))
    return {
        name: PipelineRanker(
            subjects=asked,
            targets=proposed,
            scope=Scope(target_kinds=kinds),
            policy=policy,
            languages=encoder.languages,
        )
        for name, policy in POLICIES.items()
    }


def _snapshot(
    indexer: Indexer,
    profiles: Sequence[tuple[str, Profile]],
    encoder: Encoder,
    store: VectorStore,
    stage: str,
    progress: StageProgress,
) -> Snapshot:
    indexed: list[Indexed] = []
    progress(stage, 0, len(profiles))
    for start in range(0, len(profiles), 256):
        some = profiles[start : start + 256]
        indexed += indexer.index(
            [ProfileVersion(profile_id=set_id, revision=1, profile=profile) for set_id, profile in some]
        )
        progress(stage, len(indexed), len(profiles))
    publisher = Publisher(dimension=encoder.dimension, model_id=store.model_id)
    publisher.start_from(build_segment([one.document for one in indexed], encoder.dimension), 0)
    return publisher.current
