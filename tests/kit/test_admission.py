"""Requests are taken in up to a bound; the others are told at once, and the service tells of itself all the while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request

from shared.kit.admission import Lane, LaneLimits, Overloaded
from shared.kit.http import create_api, health_router
from shared.kit.identity.authentication import LocalAuthenticator
from shared.kit.intake import Intake


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


def lane(in_work: int, waiting: int, patience_seconds: float = 20.0) -> Lane:
    return Lane("test", LaneLimits(in_work=in_work, waiting=waiting, patience_seconds=patience_seconds))


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_longest_waiting_one_takes_the_place_that_is_left() -> None:
    async def test() -> None:
        full = lane(1, 2)
        await full.enter()
        order: list[str] = []

        async def wait(name: str) -> None:
            await full.enter()
            order.append(name)

        waiting = [asyncio.create_task(wait(name)) for name in ("first", "second")]
        await settled()
        assert (full.in_work, full.waiting) == (1, 2)
        for expected in (["first"], ["first", "second"]):
            full.leave()
            await settled()
            assert order == expected
        full.leave()
        assert (full.in_work, full.waiting) == (0, 0)
        await asyncio.gather(*waiting)

    run(test)


def test_one_more_than_may_wait_is_refused_at_once() -> None:
    async def test() -> None:
        full = lane(1, 1)
        await full.enter()
        waiting = asyncio.create_task(full.enter())
        await settled()
        with pytest.raises(Overloaded) as refused:
            await full.enter()
        assert refused.value.headers == {"Retry-After": "1"}
        full.leave()
        await waiting

    run(test)


def test_under_lasting_load_only_as_many_wait_as_can_be_served_in_time() -> None:
    async def test() -> None:
        limits = LaneLimits(in_work=1, waiting=50, patience_seconds=20, overload_patience_seconds=0.1)
        full = Lane("test", limits)
        await full.enter()

        async def pass_through() -> None:
            await full.enter()
            await asyncio.sleep(0.02)  # the pace: about five in the patience of an overload
            full.leave()

        burst = [asyncio.create_task(pass_through()) for _ in range(50)]
        await settled()
        assert full.waiting == 50, "a burst is taken in"
        assert full.is_full
        full.leave()
        while full.waiting > 10:
            assert full.in_work == 1
            await asyncio.sleep(0)
        assert full.is_full, "but after half a second, no more than can be served"
        with pytest.raises(Overloaded):
            await full.enter()
        while full.waiting > 1:
            await asyncio.sleep(0)
        assert not full.is_full
        await asyncio.gather(*burst)
        assert (full.in_work, full.waiting, full.is_full) == (0, 0, False)
        await full.enter()
        again = [asyncio.create_task(full.enter()) for _ in range(50)]
        await settled()
        assert full.waiting <= 10, "a moment's pause ends no overload"
        for task in again:
            task.cancel()
        await asyncio.gather(*again, return_exceptions=True)
        await asyncio.sleep(0.6)
        later = [asyncio.create_task(full.enter()) for _ in range(50)]
        await settled()
        assert full.waiting == 50, "half a second's does"
        for task in later:
            task.cancel()
        await asyncio.gather(*later, return_exceptions=True)

    run(test)


def test_who_has_waited_too_long_is_refused_and_takes_no_place() -> None:
    async def test() -> None:
        full = lane(1, 4, patience_seconds=0.01)
        await full.enter()
        with pytest.raises(Overloaded):
            await full.enter()
        assert full.waiting == 0
        full.leave()
        assert full.in_work == 0

    run(test)


def test_a_cancelled_one_gives_its_place_on() -> None:
    async def test() -> None:
        full = lane(1, 4)
        await full.enter()
        cancelled, next_one = asyncio.create_task(full.enter()), asyncio.create_task(full.enter())
        await settled()
        full.leave()  # the place is the first one's now, which is cancelled before it runs
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        if not cancelled.cancelled():
            full.leave()
        await next_one
        full.leave()
        assert (full.in_work, full.waiting) == (0, 0)

    run(test)


def busy_api(release: asyncio.Event) -> FastAPI:
    limits = LaneLimits(in_work=2, waiting=1, patience_seconds=20)
    polls = LaneLimits(in_work=1, waiting=0)
    intake = Intake(lane=limits, lanes_by_path={"/polls": polls})
    app = create_api(
        title="Test", version="1", lifespan=nothing_to_own, authenticator=LocalAuthenticator(), intake=intake
    )

    @app.get("/work")
    async def work() -> str:
        await release.wait()
        return "done"

    @app.get("/polls")
    async def poll() -> str:
        return "nothing new"

    def ready(request: Request) -> None:
        return None

    app.include_router(health_router(ready))
    return app


def test_a_full_service_sheds_and_still_tells_of_itself() -> None:
    async def test() -> None:
        release = asyncio.Event()
        app = busy_api(release)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            admitted = [asyncio.create_task(client.get("/work")) for _ in range(3)]
            while "liaison_requests_waiting 1.0" not in (await client.get("/metrics")).text:
                await asyncio.sleep(0)
            shed = await client.get("/work")
            assert shed.status_code == 503
            assert shed.json()["code"] == "overloaded"
            assert shed.headers["retry-after"] == "1"
            for path in ("/healthz", "/readyz", "/polls"):
                assert (await client.get(path)).status_code == 200
            release.set()
            assert [answer.status_code for answer in await asyncio.gather(*admitted)] == [200] * 3
            metrics = (await client.get("/metrics")).text
            assert 'liaison_requests_shed_total{lane="general"} 1.0' in metrics
            assert "liaison_requests_in_work 0.0" in metrics

    run(test)


def test_what_is_shed_early_is_not_even_authenticated() -> None:
    async def test() -> None:
        release = asyncio.Event()
        app = busy_api(release)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            admitted = [asyncio.create_task(client.get("/work")) for _ in range(3)]
            while "liaison_requests_waiting 1.0" not in (await client.get("/metrics")).text:
                await asyncio.sleep(0)
            app.state.authenticator = None  # whoever asked it now would fail
            shed = await client.get("/work?secret=1")
            assert (shed.status_code, shed.headers["content-type"]) == (503, "application/problem+json")
            assert shed.json()["instance"] == "/work"
            app.state.authenticator = LocalAuthenticator()
            release.set()
            await asyncio.gather(*admitted)

    run(test)
