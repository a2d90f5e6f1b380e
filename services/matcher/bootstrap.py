"""The one file that names concrete adapters: puts the matcher's parts together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx

from services.matcher.comparisons.chosen import FeedbackTargets
from services.matcher.comparisons.service import ComparisonService
from services.matcher.comparisons.serving import ServedComparisons
from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.on_demand import OnDemandEncoder
from services.matcher.embedding.sentence_transformer import SentenceTransformerEncoder
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.feed.client import FeedClient
from services.matcher.feed.feedback_follower import FeedbackFollower
from services.matcher.feed.follower import Follower
from services.matcher.judgments.service import GoldenSets
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.policies.service import PolicyService
from services.matcher.policies.serving import ServedPolicies
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.publisher import Publisher
from services.matcher.runs.recorder import RunRecorder
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.settings import MatcherSettings
from shared.kit.database import Database, create_database
from shared.kit.migrations import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "matcher_alembic_version"
EncoderFactory = Callable[[MatcherSettings], Encoder]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Everything the running service holds."""

    database: Database
    publisher: Publisher
    matchmaker: Matchmaker
    follower: Follower
    feedback_follower: FeedbackFollower
    feed_http: httpx.Client
    runs: RunRecorder
    policies: PolicyService
    served_policies: ServedPolicies
    golden_sets: GoldenSets
    comparisons: ComparisonService
    served_comparisons: ServedComparisons
    encoder: Encoder
    """The one that requests ask."""

    def start(self) -> None:
        """Rank by the active policy, then begin to follow the feed and to record."""
        self.policies.keep_shipped()
        self.served_policies.refresh()
        self.served_policies.start()
        self.served_comparisons.refresh()
        self.served_comparisons.start()
        self.runs.start()
        self.follower.start()
        self.feedback_follower.start()

    def close(self) -> None:
        """Stop following, write what is to be recorded, let go of connections."""
        self.feedback_follower.stop_soon()  # both may be waiting for the catalog
        self.follower.stop()
        self.feedback_follower.stop()
        self.served_policies.stop()
        self.served_comparisons.stop()
        self.feed_http.close()
        self.runs.close()
        self.database.close()


def build_encoder(settings: MatcherSettings) -> SentenceTransformerEncoder:
    """The encoder of the settings' model."""
    return SentenceTransformerEncoder(
        settings.model,
        threads=settings.encoder_threads,
        precision=settings.encoder_precision,
        languages=frozenset(settings.model_languages),
    )


def open_database(url: str) -> Database:
    """The matcher's database at its newest schema."""
    database = create_database(url)
    upgrade(database, MIGRATIONS, version_table=VERSION_TABLE)
    return database


def build_matcher(settings: MatcherSettings, encoder_of: EncoderFactory = build_encoder) -> Matcher:
    """Put the service together; the follower is not started."""
    database = open_database(settings.database_url)
    # Two encoders: one asked by requests, one busy with the feed, so that neither waits for the other's turn.
    asked = encoder_of(settings)
    following = OnDemandEncoder(asked, partial(encoder_of, settings))
    store = VectorStore(database, following)
    saved = SnapshotFolder(settings.data_directory, store.model_id)
    publisher = Publisher(dimension=following.dimension, model_id=store.model_id, on_merged=saved.save)
    feed_http = httpx.Client(base_url=settings.catalog_url)
    client = FeedClient(feed_http, page_size=settings.feed_page_size, wait_seconds=settings.feed_wait_seconds)
    follower = Follower(
        database=database,
        client=client,
        indexer=Indexer(following, store),
        publisher=publisher,
        saved=saved,
        dimension=following.dimension,
    )
    runs = RunRecorder(
        database,
        retention=timedelta(days=settings.run_retention_days),
        max_waiting_runs=settings.run_queue_size,
        max_waiting_bytes=settings.run_queue_bytes,
    )
    policies = PolicyService(database, SHIPPED_POLICY, models=ModelFolder(settings.models_directory))
    served_policies = ServedPolicies(policies, SHIPPED_POLICY)
    comparisons = ComparisonService(database, policies, FeedbackTargets())
    served_comparisons = ServedComparisons(comparisons, served_policies)
    matchmaker = Matchmaker(
        publisher=publisher,
        indexer=Indexer(asked, store),
        encoder=asked,
        policies=served_policies,
        comparisons=served_comparisons,
        exposure_of=runs.exposure.exposure_of,
    )
    served_policies.warm = served_comparisons.warm = matchmaker.warm
    return Matcher(
        database=database,
        publisher=publisher,
        matchmaker=matchmaker,
        follower=follower,
        feedback_follower=FeedbackFollower(database, client),
        feed_http=feed_http,
        runs=runs,
        policies=policies,
        served_policies=served_policies,
        golden_sets=GoldenSets(database),
        comparisons=comparisons,
        served_comparisons=served_comparisons,
        encoder=asked,
    )
