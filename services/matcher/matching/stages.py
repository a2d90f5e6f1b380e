"""How long each stage of a request takes: measured where a stage begins and ends, told to whoever listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from time import perf_counter

Listener = Callable[["Stage", float], None]


class Stage(StrEnum):
    """What a request goes through, in this order."""

    SUBJECT = "subject"
    ELIGIBILITY = "eligibility"
    RANKING = "ranking"
    RERANKING = "reranking"
    WRITING = "writing"


_listener: ContextVar[Listener | None] = ContextVar("stage_listener", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Have `listener` told of every stage, with its seconds, that ends in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """A stage; costs next to nothing where nobody listens."""
    listener = _listener.get()
    if listener is None:
        yield
        return
    started = perf_counter()
    yield
    listener(name, perf_counter() - started)
