"""What the servers' child processes run: the matcher, the catalog, and a bare FastAPI endpoint to compare with."""

import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Annotated

import uvicorn
from fastapi import Body, FastAPI
from pydantic import BaseModel

from services.catalog.settings import CatalogSettings
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.hashed_encoder import HashedEncoder, encoder_factory
from services.cli.bench.raw_libraries import import_model_library
from services.matcher.settings import MatcherSettings

OTHER_MODEL = "hashed-256"
"""The model that `serve_two_models` can build beside the first."""
_OTHER_DIMENSION = 256
_BARE_ITEMS = 10


class BareQuestion(BaseModel):
    """What the bare endpoint is asked."""

    subject_id: str


class BareItem(BaseModel):
    """One of its ten items."""

    id: str
    title: str
    score: float
    rank: int


class BareAnswer(BaseModel):
    """What it answers."""

    items: list[BareItem]


def serve_matcher(
    settings: MatcherSettings, choice: EncoderChoice, loads_model: bool, listening: socket.socket, pipe: Connection
) -> None:
    """The matcher over a store; its libraries are imported before the clock starts."""
    from services.matcher.app import create_app  # noqa: PLC0415 - only this child needs it

    if choice is EncoderChoice.BUNDLED or loads_model:
        import_model_library()  # the encoder would import it late
    serve_app(lambda: create_app(settings, encoder_factory(choice, loads_model=loads_model)), listening, pipe)


def serve_two_models(settings: MatcherSettings, listening: socket.socket, pipe: Connection) -> None:
    """The matcher over a store of hashed vectors, with another hashed encoder to be built beside."""
    from services.matcher.app import create_app  # noqa: PLC0415 - only this child needs it

    serve_app(lambda: create_app(settings, _one_of_two), listening, pipe)


def _one_of_two(settings: MatcherSettings) -> HashedEncoder:
    return HashedEncoder(_OTHER_DIMENSION) if settings.model == OTHER_MODEL else HashedEncoder()


def serve_catalog(settings: CatalogSettings, listening: socket.socket, pipe: Connection) -> None:
    """The catalog over a database."""
    from services.catalog.app import create_app  # noqa: PLC0415 - only this child needs it

    serve_app(lambda: create_app(settings), listening, pipe)


def serve_bare(listening: socket.socket, pipe: Connection) -> None:
    """A POST with a pydantic answer of ten items and no work behind it."""
    serve_app(_bare_app, listening, pipe)


def _bare_app() -> FastAPI:
    app = FastAPI()
    titles = [f"Proposed counterpart number {rank}" for rank in range(1, _BARE_ITEMS + 1)]

    @app.post("/v1/bare")
    def answer(question: Annotated[BareQuestion, Body()]) -> BareAnswer:
        return BareAnswer(
            items=[
                BareItem(id=question.subject_id, title=title, score=1 / rank, rank=rank)
                for rank, title in enumerate(titles, start=1)
            ]
        )

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        return {"status": "ready"}

    return app


def serve_app(build: Callable[[], FastAPI], listening: socket.socket, pipe: Connection) -> None:
    """Send that the libraries are imported, then serve until the pipe is closed."""
    pipe.send(time.monotonic())
    config = uvicorn.Config(build(), log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    threading.Thread(target=_tell_cpu_seconds, args=(pipe, server), daemon=True).start()
    server.run(sockets=[listening])


def _tell_cpu_seconds(pipe: Connection, server: uvicorn.Server) -> None:
    """Answer every question about processor time; end the server once the pipe is closed or its parent is gone."""
    try:
        while pipe.recv():
            pipe.send(time.process_time())
    except (EOFError, OSError):
        server.should_exit = True
