"""The served pipeline as rankings to evaluate: as it is served, and by each leg alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.evaluation.progress import StageProgress
from services.matcher.matching.calibrating import PairingBook
from services.matcher.matching.eligible import Scope
from services.matcher.matching.indexing import Indexed, Indexer, ProfileVersion
from services.matcher.matching.pipeline import Prepared, match, prepare
from services.matcher.matching.stored import stored_subject
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import build_segment
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY, one_leg
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Signal

POLICIES: Mapping[str, RankingPolicy] = {
    "served": SHIPPED_POLICY,
    "dense": one_leg(Signal.MEANING),
    "lexical": one_leg(Signal.WORDS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRanker:
    """Ranks through the very functions that answer requests, without the floor: a ranking is judged in its depth."""

    subjects: Snapshot
    targets: Snapshot
    scope: Scope
    book: PairingBook = field(repr=False)
    model_id: str

    @property
    def versions(self) -> Mapping[str, str]:
        """Revision of the policy, and the model."""
        return {"policy": self.book.policy.revision, "model": self.model_id}

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """Ids of the best targets."""
        return [scored.entry.profile_id for scored in match(self.prepared(subject_id), depth).matches]

    def prepared(self, subject_id: str) -> Prepared:
        """The question of one subject. Raises SubjectNotFound."""
        stored = stored_subject(subject_id, self.subjects)
        subject = Subject(profile_id=None, entry=stored.entry, texts=stored.texts)
        return prepare(subject, self.scope, self.targets, self.book)


def pipeline_rankers(
    subjects: Sequence[tuple[str, Profile]],
    targets: Sequence[tuple[str, Profile]],
    progress: StageProgress,
    *,
    encoder: Encoder,
    store: VectorStore,
    policies: Mapping[str, RankingPolicy] = POLICIES,
) -> Mapping[str, PipelineRanker]:
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
            book=PairingBook(chance=proposed.chance, policy=policy, model_languages=encoder.languages),
            model_id=store.model_id,
        )
        for name, policy in policies.items()
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
