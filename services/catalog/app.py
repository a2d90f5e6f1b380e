"""The catalog as an application: built from settings, owning its database while it runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request

from services.catalog.api_keys import routes as api_keys
from services.catalog.api_keys.lookup import StoredKeys
from services.catalog.changes import routes as changes
from services.catalog.changes.watch import FeedWatch
from services.catalog.delegations import routes as delegations
from services.catalog.exports import routes as exports
from services.catalog.feedback import routes as feedback
from services.catalog.imports import routes as imports
from services.catalog.introductions import routes as introductions
from services.catalog.introductions.measures import count_by_state
from services.catalog.introductions.sweep import sweeping
from services.catalog.privacy import routes as privacy
from services.catalog.privacy.cleaning import cleaning
from services.catalog.profiles import routes as profiles
from services.catalog.schema import MIGRATIONS, VERSION_TABLE
from services.catalog.settings import CatalogSettings
from services.catalog.webhooks import delivery_routes as webhook_deliveries
from services.catalog.webhooks import routes as webhooks
from services.catalog.webhooks.measures import AttemptCounter, watch_queue
from services.catalog.webhooks.running import sending_webhooks
from shared.contracts.profiles import Kind
from shared.contracts.rules import CONDITION_OPERATORS
from shared.kit.admission import LaneLimits
from shared.kit.database import Database, DatabaseLimits
from shared.kit.durability import durability_problems
from shared.kit.http import create_api, health_router
from shared.kit.identity.authentication import NotStarted
from shared.kit.identity.bearer import authenticator_of
from shared.kit.logging import configure_logging
from shared.kit.migrations import open_migrated

_LANES = {
    "/v1/changes": LaneLimits(in_work=64, waiting=0),  # a long poll is held for seconds and does next to nothing
    "/v1/imports": LaneLimits(in_work=4, waiting=4),
    "/v1/exports": LaneLimits(in_work=4, waiting=4),
    "/v1/personal-data": LaneLimits(in_work=2, waiting=4),
}
_log = structlog.get_logger("catalog")


def create_app(settings: CatalogSettings) -> FastAPI:
    """The application; its database is opened, and migrated unless a job does that, when it starts."""
    configure_logging(settings.log_level, settings.log_format)

    @asynccontextmanager
    async def own_database(app: FastAPI) -> AsyncIterator[None]:
        database = open_catalog(settings.database_url, settings.database_limits, migrate=settings.migrate_on_start)
        watch = FeedWatch(database)
        watch.start()
        app.state.database, app.state.feed_watch = database, watch
        sweeper = sweeping(database, settings)
        sweeper.start()
        cleaner = cleaning(database)
        cleaner.start()
        app.state.stored_keys = StoredKeys(database)
        app.state.authenticator = authenticator_of(settings, app.state.stored_keys)
        try:
            with sending_webhooks(database, settings, count_attempts):
                yield
        finally:
            sweeper.stop()
            await watch.stop()
            cleaner.stop()
            database.close()

    app = create_api(
        title="Liaison catalog",
        version="1",
        description="The system of record: profiles of both sides, what came of pairings, and the feed of changes.",
        lifespan=own_database,
        authenticator=NotStarted(),
        max_body_bytes=settings.max_body_bytes,
        limits_by_path={"/v1/imports": settings.max_import_bytes},
        union_tags=[*(kind.value for kind in Kind), *CONDITION_OPERATORS],
        intake=settings.intake(_LANES),
        otlp_endpoint=settings.otlp_endpoint,
    )
    app.state.settings = settings
    app.state.metrics.watch(
        "liaison_database_available",
        "1 while the service's own database answers.",
        lambda: float(app.state.database.is_available),
    )
    app.state.metrics.watch_states(
        "liaison_introductions",
        "Introductions by state.",
        "state",
        lambda: count_by_state(app.state.database),
    )
    count_attempts = AttemptCounter(app.state.metrics)
    watch_queue(app)
    app.include_router(health_router(_check_ready))
    app.include_router(profiles.router)
    app.include_router(changes.router)
    app.include_router(imports.router)
    app.include_router(exports.router)
    app.include_router(feedback.router)
    app.include_router(introductions.router)
    app.include_router(delegations.router)
    app.include_router(api_keys.router)
    app.include_router(webhooks.router)
    app.include_router(webhook_deliveries.router)
    app.include_router(privacy.router)
    return app


def open_catalog(database_url: str, limits: DatabaseLimits | None = None, *, migrate: bool = True) -> Database:
    """The catalog's database with its newest schema; raises SchemaBehindError where it may not bring it there.

    Warns where the database may lose what it acknowledges.
    """
    database = open_migrated(database_url, MIGRATIONS, version_table=VERSION_TABLE, migrate=migrate, limits=limits)
    for problem in durability_problems(database):
        _log.warning("database_not_durable", problem=problem)
    return database


def _check_ready(request: Request) -> None:
    database: Database = request.app.state.database
    database.ping()
