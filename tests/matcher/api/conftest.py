"""The matcher's application with the real default model, following a feed over HTTP; started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.matcher.app import create_app
from services.matcher.settings import MatcherSettings
from shared.contracts.profiles import Profile
from tests.factories import make_demand, make_investor, make_platform, make_project
from tests.matcher.feed_server import FeedServer

PROFILES: dict[str, Profile] = {
    "battery-demand": make_demand(
        title="Longer life for battery cells",
        problem="Silicon anode cells lose their capacity after two hundred cycles; a stable electrolyte is wanted.",
    ),
    "electrolyte": make_project(
        title="Solid electrolyte for silicon anode cells",
        summary="A polymer electrolyte that keeps 80 % of a cell's capacity after 500 cycles.",
        organisation="Open Cell Works (fictional)",
        sectors=["energy"],
        trl=6,
    ),
    "bearing": make_project(
        title="Bearing wear seen by sound", summary="Microphones hear worn bearings.", sectors=["industry"], trl=3
    ),
    "anonymous": make_project(
        title="Silicon anode binder",
        summary="An elastic binder for silicon anode cells.",
        description="Concealed Binder Company has coated silicon anode cells that keep their capacity.",
        organisation="Concealed Binder Company",
        visibility="anonymous",
    ),
    "hidden": make_project(
        title="Hidden silicon anode cells", summary="Silicon anode cells, capacity, cycles.", visibility="hidden"
    ),
    "plasma": make_platform(
        title="低温等离子体灭菌设备中试平台", summary="提供低温等离子体灭菌设备的中试验证与检测服务。"
    ),
    "quantum": make_project(title="量子密钥分发芯片", summary="面向城域网的量子通信芯片。", sectors=["quantum"]),
    "fund": make_investor(title="Seed fund for energy storage", thesis="Batteries, cells and electrolytes."),
    "coating": make_project(
        title="Coated silicon anode cells",
        summary="A coating for silicon anode cells.",
        organisation="Open Cell Works (fictional)",
        trl=4,
    ),
    "strict-fund": make_investor(
        title="Late fund for battery cells",
        thesis="Silicon anode cells and electrolytes.",
        rules=[{"condition": {"op": "at_least", "attribute": "trl", "value": 5}, "label": "Proven in a plant"}],
    ),
    "strict-demand": make_demand(
        title="A proven electrolyte for silicon anode cells",
        organisation="Whispering Car Maker",
        visibility="anonymous",
        rules=[{"condition": {"op": "at_least", "attribute": "trl", "value": 5}}],
    ),
    "closed-call": make_demand(
        title="A call for silicon anode cells that has closed", problem="Silicon anode cells.", deadline="2026-03-01"
    ),
    "small-line": make_platform(
        title="Pilot line for coating anode sheets", summary="One user at a time.", capacity=1, sectors=["energy"]
    ),
    "withdrawn": make_project(title="Withdrawn silicon anode cells"),
}


@pytest.fixture(scope="session")
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        for profile_id, profile in PROFILES.items():
            server.tell(profile_id, profile)
        server.tell("withdrawn", PROFILES["withdrawn"], 2, withdrawn=True)
        yield server


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def client(feed: FeedServer, models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A running matcher that has read the feed; an unexpected error is its 500 answer."""
    folder: Path = tmp_path_factory.mktemp("matcher")
    settings = MatcherSettings(
        catalog_url=feed.url,
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "saved",
        models_directory=models_folder,
        feed_wait_seconds=0.2,
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        feed.wait_until_read_to(feed.latest_seq)
        yield client
