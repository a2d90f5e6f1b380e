"""The HTTP face of the feed: `GET /v1/changes` with long poll."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from services.catalog.changes.feed import (
    read_api_key_feed,
    read_feed,
    read_feedback_feed,
    read_introduction_feed,
    read_position,
)
from services.catalog.deps import Db, Watch
from services.catalog.profiles.examples import CHANGE, example_response
from shared.contracts.api_keys import ApiKeyChangePage
from shared.contracts.changes import ChangePage, FeedbackChangePage, FeedEntity, FeedPosition, IntroductionChangePage
from shared.kit.http import problem_responses
from shared.kit.identity import Permission, requires

_Page = ChangePage | FeedbackChangePage | IntroductionChangePage | ApiKeyChangePage
_READERS: dict[FeedEntity, Callable[..., _Page]] = {
    FeedEntity.PROFILE: read_feed,
    FeedEntity.FEEDBACK: read_feedback_feed,
    FeedEntity.INTRODUCTION: read_introduction_feed,
    FeedEntity.API_KEY: read_api_key_feed,
}
router = APIRouter(prefix="/v1/changes", tags=["changes"])

_EPOCH = "9f86d081884c7d659a2feaa0c55ad015"
_EXAMPLE = {"items": [CHANGE], "next_after": 41, "latest_seq": 41, "epoch": _EPOCH}


@router.get(
    "",
    dependencies=[requires(Permission.FEED_READ)],
    response_model=_Page,
    responses=example_response(200, _EXAMPLE) | problem_responses(503),
)
async def read_changes(
    db: Db,
    watch: Watch,
    after: Annotated[int, Query(ge=0, le=2**62, description="`next_after` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    wait_seconds: Annotated[
        float, Query(ge=0, le=30, allow_inf_nan=False, description="How long an empty page may be held back")
    ] = 0,
    entity: Annotated[FeedEntity, Query(description="What to follow; each has positions of its own")] = (
        FeedEntity.PROFILE
    ),
) -> _Page:
    """Whole profiles in the order of their changes, at least once, ordered for each profile; or another entity."""
    deadline = monotonic() + wait_seconds
    with watch.listening(entity) as news:
        while True:
            news.clear()
            page = await run_in_threadpool(_READERS[entity], db, after=after, limit=limit)
            seconds_left = deadline - monotonic()
            if page.items or seconds_left <= 0:
                return page
            try:
                await asyncio.wait_for(news.wait(), seconds_left)
            except TimeoutError:
                continue


@router.get(
    "/position",
    dependencies=[requires(Permission.PROFILES_READ)],
    responses=example_response(200, {"latest_seq": 41, "epoch": _EPOCH}) | problem_responses(503),
)
def read_feed_position(db: Db) -> FeedPosition:
    """A position that covers every change committed before this call: ask the matcher for it as `min_feed_seq`."""
    return read_position(db)
