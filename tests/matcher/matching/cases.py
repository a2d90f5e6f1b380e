"""Snapshots of random profiles beside what they hold told plainly, and the questions that are put to both."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.matching.calibrating import PairingBook
from services.matcher.matching.eligible import Scope
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.pipeline import Prepared, Ranking, ScoredMatch, match, prepare
from services.matcher.matching.stored import stored_subject
from services.matcher.matching.subject import Subject
from services.matcher.matching.why import why
from services.matcher.retrieval.segment import IndexedDocument
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Fusion, Language
from tests.matcher.plain_ranking import PlainPair, as_subject, plain_scores
from tests.matcher.plain_texts import PlainCollection, plain_collection
from tests.matcher.profile_collections import (
    ALL_KINDS,
    MODEL_LANGUAGES,
    documents,
    make_publisher,
    random_profile,
    random_versions,
    version,
)

BASE_SIZE = 500
"""What the delta holds and replaces is a tenth of it, so that it is not merged at once."""
EVERYBODY = Scope(target_kinds=ALL_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A snapshot, how it is scored, and what it holds, told plainly."""

    snapshot: Snapshot
    plain: PlainCollection
    book: PairingBook

    def askers(self, seed: object, count: int) -> list[str]:
        """Some live profiles."""
        return random.Random(str(seed)).sample(sorted(self.plain.live), count)

    def prepared(self, asker: str | Subject, scope: Scope = EVERYBODY, fusion: Fusion | None = None) -> Prepared:
        """A question, as the matchmaker prepares it."""
        subject = stored_subject(asker, self.snapshot) if isinstance(asker, str) else asker
        return prepare(subject, scope, self.snapshot, self.book, fusion)

    def ranking(
        self, asker: str | Subject, limit: int, scope: Scope = EVERYBODY, fusion: Fusion | None = None
    ) -> Ranking:
        """The served answer."""
        return match(self.prepared(asker, scope, fusion), limit)

    def pair(self, asker: str, target: str, scope: Scope = EVERYBODY) -> ScoredMatch:
        """One pair as it scores, eligible or not."""
        return why(self.prepared(asker, scope), self.snapshot, target, limit=1, floor=0).match

    def plain_scores(
        self, asker: str | Subject, scope: Scope = EVERYBODY, fusion: Fusion | None = None
    ) -> dict[str, PlainPair]:
        """The same by brute force, beside the same random pairs."""
        subject = as_subject(self.plain.live[asker]) if isinstance(asker, str) else asker
        return plain_scores(
            subject,
            scope,
            self.plain,
            self.book.policy,
            self.book.model_languages,
            lambda mine, yours: self.book.pairing(mine, yours, fusion).calibration,
            fusion,
        )


def make_case(
    snapshot: Snapshot,
    plain: PlainCollection,
    policy: RankingPolicy = SHIPPED_POLICY,
    languages: frozenset[Language] = MODEL_LANGUAGES,
) -> Case:
    """Scored by a policy and a model's languages."""
    book = PairingBook(chance=snapshot.chance, policy=policy, model_languages=languages)
    return Case(snapshot=snapshot, plain=plain, book=book)


def case_of(indexer: Indexer, profiles: Sequence[Profile]) -> Case:
    """The profiles as `p0`, `p1` ... in a base of their own."""
    versions = [version(f"p{number}", profile) for number, profile in enumerate(profiles)]
    base = documents(indexer, versions)
    plain = plain_collection(base, (), {one.entry.profile_id: one for one in base})
    return make_case(make_publisher(indexer, versions).current, plain)


def random_case(indexer: Indexer, name: str) -> Case:
    """`base alone`, `base and delta`, or `delta alone`, which is merged at once into a base of its own."""
    draw = random.Random(5)
    first = random_versions(1, BASE_SIZE if name != "delta alone" else 0)
    publisher = make_publisher(indexer, first)
    base = documents(indexer, first)
    live = _by_id(base)
    delta: list[IndexedDocument] = []
    if name != "base alone":
        revised = [version(f"p{number:04}", random_profile(draw, number), 2) for number in range(0, 20, 2)]
        delta = documents(indexer, revised + random_versions(3, 20, first=BASE_SIZE))
        withdrawn = [f"p{number:04}" for number in range(1, 20, 2)]
        publisher.apply(delta, withdrawn, BASE_SIZE + 1)
        live = {key: one for key, one in (live | _by_id(delta)).items() if key not in withdrawn}
    if name == "base and delta":
        assert publisher.current.delta.size == len(delta) == 30
    if name == "delta alone":
        base, delta = delta, []
    return make_case(publisher.current, plain_collection(base, delta, live))


def _by_id(found: Sequence[IndexedDocument]) -> dict[str, IndexedDocument]:
    return {one.entry.profile_id: one for one in found}
