"""The FastAPI application every service starts from: problems, body limit, operation ids, documented errors."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from shared.contracts.problems import Problem
from shared.kit.admission import EXEMPT_PATHS, ShedsWhenFull
from shared.kit.body_limit import BodyLimit
from shared.kit.draining import ClosesWhileDraining, Drain
from shared.kit.identity.authentication import Authentication, Authenticator
from shared.kit.identity.policy import OPEN, Requires, route_policies
from shared.kit.intake import Intake
from shared.kit.metrics import HttpMetrics, metrics_router
from shared.kit.problems import PROBLEM_MEDIA_TYPE, install_problem_handlers
from shared.kit.request_telemetry import RequestTelemetry
from shared.kit.tracing import telemetry_of

MIB = 1024 * 1024
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Responses = dict[int | str, dict[str, Any]]

PROBLEM_CONTENT = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem_responses(*statuses: int) -> Responses:
    """What a route may answer besides success, for `responses=`; 422 is documented on every route anyway."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": PROBLEM_CONTENT} for status in sorted(statuses)
    }


def create_api(  # noqa: PLR0913 - by name only, and each is a part of its own
    *,
    title: str,
    version: str,
    lifespan: Lifespan,
    authenticator: Authenticator,
    description: str = "",
    max_body_bytes: int = MIB,
    limits_by_path: Mapping[str, int] | None = None,
    union_tags: Collection[str] = (),
    intake: Intake | None = None,
    otlp_endpoint: str | None = None,
) -> FastAPI:
    """An application whose every error is a problem document; operation ids are the endpoints' names.

    The authenticator becomes `app.state.authenticator`; a lifespan may put another in its place.
    `limits_by_path` and `union_tags` are those of `BodyLimit` and `field_path`. The application's state holds
    `metrics`, `rate_limits` and `drain`.
    """
    telemetry, end_telemetry = telemetry_of(title.lower().replace(" ", "-"), otlp_endpoint)
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=_then(lifespan, end_telemetry),
        telemetry=telemetry,
        generate_unique_id_function=_operation_id,
    )
    install_problem_handlers(app, frozenset(union_tags))
    app.add_middleware(BodyLimit, max_body_bytes=max_body_bytes, limits_by_path=dict(limits_by_path or {}))
    metrics, drain = HttpMetrics(), Drain()
    app.state.metrics, app.state.drain = metrics, drain
    intake = intake or Intake()
    lanes = intake.install(app, metrics)
    app.state.authenticator = authenticator
    # Outside the rates, which count known callers by who they are.
    app.add_middleware(Authentication, api=app, attempts=intake.attempts(metrics))
    app.add_middleware(ClosesWhileDraining, drain=drain)
    app.add_middleware(RequestTelemetry, metrics=metrics)
    app.add_middleware(ShedsWhenFull, lanes=lanes)
    app.include_router(metrics_router(metrics))
    app.openapi = lambda: _documented(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _then(lifespan: Lifespan, end: Callable[[], None]) -> Lifespan:
    @asynccontextmanager
    async def whole(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app):
            yield
        await run_in_threadpool(end)  # sends what waits

    return whole


def health_router(check_ready: Callable[[Request], None]) -> APIRouter:
    """`/healthz` touches nothing; `/readyz` runs the check, which raises a ServiceError where it cannot serve."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", dependencies=[OPEN], responses=_health_example("alive"))
    async def healthz() -> dict[str, str]:
        """Whether the process answers at all."""
        return {"status": "alive"}

    @router.get("/readyz", dependencies=[OPEN], responses=_health_example("ready") | problem_responses(503))
    def readyz(request: Request) -> dict[str, str]:
        """Whether the service can serve requests now."""
        drain: Drain = request.app.state.drain
        drain.check()
        check_ready(request)
        return {"status": "ready"}

    return router


def _health_example(status: str) -> Responses:
    return {200: {"content": {"application/json": {"example": {"status": status}}}}}


def _operation_id(route: APIRoute) -> str:
    return route.name


def _documented(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        _document_problems(schema)
        _document_policies(schema, app)
        app.openapi_schema = schema
    return app.openapi_schema


def _document_problems(schema: dict[str, Any]) -> None:
    """Put the Problem schema in place of FastAPI's own validation answer."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = problem.pop("$defs", {})
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update({"Problem": problem, **definitions})
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            _document_operation(operation, is_limited=path not in EXEMPT_PATHS)


def _document_policies(schema: dict[str, Any], app: FastAPI) -> None:
    """Say which operations need credentials, and what they answer without them."""
    bearer = {"type": "http", "scheme": "bearer", "description": "An API key, or an access token of the OIDC issuer."}
    schema["components"]["securitySchemes"] = {"bearer": bearer}
    for route in route_policies(app):
        if isinstance(route.policy, Requires):
            for method in route.methods:
                operation = schema["paths"].get(route.path, {}).get(method.lower())
                if operation is not None:
                    operation["security"] = [{"bearer": []}]
                    operation["x-permission"] = route.policy.permission.value
                    _add_responses(operation, {401, 403})


def _document_operation(operation: dict[str, Any], *, is_limited: bool) -> None:
    statuses = {422} if operation.get("parameters") else set()
    statuses |= {429, 503} if is_limited else set()
    if "requestBody" in operation:
        statuses |= {400, 413, 422}
    _add_responses(operation, statuses)


def _add_responses(operation: dict[str, Any], statuses: Collection[int]) -> None:
    for status, response in problem_responses(*statuses).items():
        operation["responses"][str(status)] = response
