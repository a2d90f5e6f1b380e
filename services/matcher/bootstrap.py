"""Names the concrete adapters and puts the matcher's parts together; `model_lines.py` does so for each model."""

from dataclasses import dataclass
from datetime import timedelta

import httpx

from services.matcher.allocation.effort import Effort
from services.matcher.allocation.service import AllocationService
from services.matcher.comparisons.chosen import FeedbackTargets
from services.matcher.comparisons.service import ComparisonService
from services.matcher.comparisons.serving import ServedComparisons
from services.matcher.erased_repository import matcher_name
from services.matcher.feed.api_key_follower import ApiKeyFollower
from services.matcher.feed.api_keys import KeyRing
from services.matcher.feed.client import FeedClient
from services.matcher.feed.feedback_follower import FeedbackFollower
from services.matcher.feed.follower import Follower
from services.matcher.feed.introduction_follower import IntroductionFollower
from services.matcher.feed.store_follower import NoFeedbackFollower, StoreFollower
from services.matcher.introductions.pairs import IntroducedPairs
from services.matcher.judgments.served_priors import ServedPriors
from services.matcher.judgments.service import GoldenSets
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.matching.position_waits import PositionWaits
from services.matcher.model_lines import EncoderFactory, ModelLines, build_encoder, home_spec
from services.matcher.models.build import ModelBuild
from services.matcher.models.line import ModelLine
from services.matcher.models.service import ModelService
from services.matcher.models.serving import ServedModels
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.policies.service import PolicyService
from services.matcher.policies.serving import ServedPolicies
from services.matcher.privacy.forgetting import Forgetting, Parts
from services.matcher.privacy.reader import Reader
from services.matcher.privacy.reporting import CatalogReports
from services.matcher.recommendations.limits import Limits
from services.matcher.recommendations.service import RecommendationService
from services.matcher.reports.service import ReportService
from services.matcher.retrieval.placement import Placement
from services.matcher.retrieval.publisher import Publisher
from services.matcher.runs.recorder import RunRecorder
from services.matcher.schema import MIGRATIONS, VERSION_TABLE
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.settings import MatcherRole, MatcherSettings, VectorBackend
from services.matcher.suggestions.service import SuggestionService
from services.matcher.vector_backends import build_placement
from shared.kit.database import Database, DatabaseLimits
from shared.kit.migrations import open_migrated


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Everything the running service holds."""

    database: Database
    follower: Follower
    feedback_follower: FeedbackFollower | NoFeedbackFollower
    introduction_follower: IntroductionFollower
    key_ring: KeyRing
    key_follower: ApiKeyFollower | None
    """None where no API keys are taken."""
    feed_http: httpx.Client
    runs: RunRecorder
    policies: PolicyService
    served_policies: ServedPolicies
    golden_sets: GoldenSets
    comparisons: ComparisonService
    served_comparisons: ServedComparisons
    model_records: ModelService
    models: ServedModels
    vectors: Placement
    vector_backend: VectorBackend
    allocations: AllocationService
    recommendations: RecommendationService
    reports: ReportService
    suggestions: SuggestionService
    priors: ServedPriors
    position_waits: PositionWaits
    forgetting: Forgetting

    @property
    def line(self) -> ModelLine:
        """The model that answers; a request takes it once, at its start."""
        return self.models.line

    @property
    def publisher(self) -> Publisher:
        """Of the model that answers."""
        return self.line.publisher

    @property
    def matchmaker(self) -> Matchmaker:
        """Of the model that answers."""
        return self.line.matchmaker

    def start(self) -> None:
        """Rank by the active policy, then begin to follow the feed and to record."""
        self.vectors.start()
        self.policies.keep_shipped()
        self.served_policies.refresh()
        self.served_policies.start()
        self.served_comparisons.refresh()
        self.served_comparisons.start()
        self.priors.start()
        self.runs.start()
        self.follower.start()
        self.feedback_follower.start()
        self.introduction_follower.start()
        if self.key_follower is not None:
            self.key_follower.start()
        self.models.refresh()
        self.models.start()
        self.forgetting.start()

    def close(self) -> None:
        """Stop following, write what is to be recorded, let go of connections."""
        self.forgetting.stop()
        if self.key_follower is not None:
            self.key_follower.stop_soon()
        self.feedback_follower.stop_soon()  # all may be waiting for the catalog
        self.introduction_follower.stop_soon()
        self.follower.stop()
        self.feedback_follower.stop()
        self.introduction_follower.stop()
        if self.key_follower is not None:
            self.key_follower.stop()
        self.models.stop()
        self.served_policies.stop()
        self.served_comparisons.stop()
        self.priors.stop()
        self.vectors.stop()
        self.feed_http.close()
        self.runs.close()
        self.database.close()


def open_database(url: str, limits: DatabaseLimits | None = None, *, migrate: bool = True) -> Database:
    """The matcher's database at its newest schema; raises SchemaBehindError where it may not bring it there."""
    return open_migrated(url, MIGRATIONS, version_table=VERSION_TABLE, migrate=migrate, limits=limits)


def build_matcher(settings: MatcherSettings, encoder_of: EncoderFactory = build_encoder) -> Matcher:
    """Put the service together; the follower is not started."""
    database = open_database(settings.database_url, settings.database_limits, migrate=settings.migrate_on_start)
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
    pairs = IntroducedPairs()
    vectors = build_placement(settings)
    # Facts of profiles are the same whichever model answers, so those of the settings' model serve all.
    priors = ServedPriors(database, lambda: home.publisher.current, look_every_seconds=settings.priors_refresh_seconds)
    lines = ModelLines(
        settings=settings,
        encoder_of=encoder_of,
        vectors=vectors,
        database=database,
        policies=served_policies,
        comparisons=served_comparisons,
        exposure_of=runs.exposure.exposure_of,
        introduced_to=pairs.others_of,
        priors=priors.current,
    )
    home_is = home_spec(settings)
    home = lines.line(home_is, settings.data_directory)
    model_records = ModelService(database, home_is, home.vectors_of)
    feed_http = httpx.Client(base_url=settings.catalog_url, headers=_feed_headers(settings))
    client = FeedClient(
        feed_http,
        page_size=settings.feed_page_size,
        wait_seconds=settings.feed_wait_seconds,
        timeout_seconds=settings.feed_timeout_seconds,
    )
    is_replica = settings.role is MatcherRole.REPLICA
    follower = (StoreFollower if is_replica else Follower)(
        database=database,
        client=client,
        indexer=home.following,
        publisher=home.publisher,
        saved=home.saved,
        dimension=home.encoder.dimension,
        ready_max_lag=settings.ready_max_lag,
        settle_seconds=settings.settle_seconds,
    )
    models = ServedModels(
        model_records,
        home,
        lambda: follower.is_restored,
        lambda spec: ModelBuild(spec, lines.beside, database, model_records),
    )
    models.warm = lambda line: line.matchmaker.warm(served_policies.active)
    served_policies.warm = served_comparisons.warm = models.warm_policy
    key_ring = KeyRing()
    follower.on_stored, follower.on_forgotten = models.wake, models.forget
    return Matcher(
        database=database,
        follower=follower,
        feedback_follower=NoFeedbackFollower() if is_replica else FeedbackFollower(database, client),
        introduction_follower=IntroductionFollower(database, client, pairs),
        key_ring=key_ring,
        key_follower=None if settings.api_key_pepper is None else ApiKeyFollower(database, client, key_ring),
        feed_http=feed_http,
        runs=runs,
        policies=policies,
        served_policies=served_policies,
        golden_sets=GoldenSets(database),
        comparisons=comparisons,
        served_comparisons=served_comparisons,
        model_records=model_records,
        models=models,
        vectors=vectors,
        vector_backend=settings.vector_backend,
        allocations=AllocationService(database, Effort(seconds=settings.allocation_seconds)),
        recommendations=RecommendationService(database, Limits.of(settings)),
        reports=ReportService(database, settings.report_minimum_cell),
        priors=priors,
        suggestions=SuggestionService(database, settings.suggestion_minimum_support),
        position_waits=PositionWaits(settings.max_wait_seconds),
        forgetting=_forgetting(settings, database, models, vectors, runs, feed_http),
    )


def _forgetting(
    settings: MatcherSettings,
    database: Database,
    models: ServedModels,
    vectors: Placement,
    runs: RunRecorder,
    feed_http: httpx.Client,
) -> Forgetting:
    reader = Reader.of(settings.data_directory, database)
    with database.read() as session:
        matcher_id = matcher_name(session)
    return Forgetting(
        Parts(
            database=database,
            lines=models.lines,
            vectors=vectors,
            runs=runs,
            data_directory=settings.data_directory,
        ),
        reader,
        CatalogReports(feed_http, reader_id=reader.reader_id, matcher_id=matcher_id),
        is_ephemeral=settings.data_is_ephemeral,
        settle_seconds=settings.erasure_settle_seconds,
    )


def _feed_headers(settings: MatcherSettings) -> dict[str, str]:
    key = settings.catalog_key
    return {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
