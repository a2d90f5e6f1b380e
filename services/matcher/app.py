"""The matcher's FastAPI application."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from services.matcher.api import (
    allocation_routes,
    comparison_routes,
    golden_set_routes,
    judgment_routes,
    match_routes,
    model_routes,
    personal_data_routes,
    policy_routes,
    recommendation_routes,
    report_routes,
    run_routes,
    simulation_routes,
    status_routes,
    suggestion_routes,
    why_routes,
)
from services.matcher.api.match_telemetry import MatchTelemetry, watch_matcher
from services.matcher.bootstrap import Matcher, build_matcher
from services.matcher.deps import NotReady
from services.matcher.model_lines import EncoderFactory, build_encoder
from services.matcher.settings import MatcherSettings
from shared.contracts.profiles import Kind
from shared.contracts.rules import CONDITION_OPERATORS
from shared.kit.http import create_api, health_router
from shared.kit.identity.authentication import NotStarted
from shared.kit.identity.bearer import authenticator_of
from shared.kit.logging import configure_logging

DESCRIPTION = "Proposes supply-demand pairings: embeds profiles, searches exactly on two legs, fuses, explains."

_SWITCH_SECONDS = 0.0005
"""How long a computing thread keeps the interpreter while another one waits for it. With Python's 5 ms the event loop,
which answers `/healthz` and refuses what is too much, would wait that long after every look at its sockets.
"""


def create_app(settings: MatcherSettings, encoder_of: EncoderFactory = build_encoder) -> FastAPI:
    """Build the application; its lifespan owns the database, the snapshot and the follower."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings.log_level, settings.log_format)
        sys.setswitchinterval(_SWITCH_SECONDS)
        matcher = build_matcher(settings, encoder_of)
        matcher.start()
        app.state.matcher = matcher
        app.state.authenticator = authenticator_of(settings, matcher.key_ring)
        yield
        matcher.close()

    app = create_api(
        title="Liaison matcher",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        authenticator=NotStarted(),
        max_body_bytes=settings.max_body_bytes,
        union_tags=[*(kind.value for kind in Kind), *CONDITION_OPERATORS],
        intake=settings.intake(),
        otlp_endpoint=settings.otlp_endpoint,
    )
    app.state.match_telemetry = MatchTelemetry(app.state.metrics)
    watch_matcher(app, app.state.metrics)
    app.include_router(match_routes.router)
    app.include_router(why_routes.router)
    app.include_router(run_routes.router)
    app.include_router(policy_routes.router)
    app.include_router(simulation_routes.router)
    app.include_router(golden_set_routes.router)
    app.include_router(judgment_routes.router)
    app.include_router(model_routes.router)
    app.include_router(comparison_routes.router)
    app.include_router(allocation_routes.router)
    app.include_router(report_routes.router)
    app.include_router(recommendation_routes.router)
    app.include_router(suggestion_routes.router)
    app.include_router(personal_data_routes.router)
    app.include_router(status_routes.router)
    app.include_router(health_router(_check_ready))
    return app


def _check_ready(request: Request) -> None:
    matcher: Matcher = request.app.state.matcher
    if not matcher.models.is_ready:
        raise NotReady("The matcher is loading its snapshot.")
    if not matcher.follower.has_caught_up:
        raise NotReady("The matcher is catching up with the catalog's feed.")
