"""What a route may ask for; a route opens its own session, so one thread holds it from begin to commit."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Path, Request

from services.catalog.changes.watch import FeedWatch
from services.catalog.settings import CatalogSettings
from shared.kit.database import Database


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _feed_watch(request: Request) -> FeedWatch:
    watch: FeedWatch = request.app.state.feed_watch
    return watch


async def _settings(request: Request) -> CatalogSettings:
    settings: CatalogSettings = request.app.state.settings
    return settings


async def _now() -> datetime:
    return datetime.now(UTC)


Db = Annotated[Database, Depends(_database)]
"""Use `with db.read()` or `with db.write()` inside a sync route.

A session as a `yield` dependency would be begun in one worker thread and used in another: with every worker thread
waiting for a connection, the requests that hold one could never finish.
"""
Settings = Annotated[CatalogSettings, Depends(_settings)]
Watch = Annotated[FeedWatch, Depends(_feed_watch)]
Now = Annotated[datetime, Depends(_now)]
ProfileId = Annotated[str, Path(description="Made from `(source, external_id)`: `prf_` and 32 hexadecimal digits.")]
IfMatch = Annotated[str | None, Header(description='The ETag of the revision to change, such as `"3"`.')]
IfNoneMatch = Annotated[str | None, Header(description="The ETag of the copy at hand; 304 where it is current.")]
Prefer = Annotated[
    str | None, Header(description="`feed-position`: the answer names the feed position of the write in Feed-Position.")
]
