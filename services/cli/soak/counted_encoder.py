"""A hashed encoder that keeps a log of every text it embeds, and the matcher served with it."""

import hashlib
import os
import socket
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from services.cli.bench.hashed_encoder import HashedEncoder
from services.cli.bench.servers import serve_app
from services.matcher.embedding.encoder import FloatMatrix, Progress, no_progress
from services.matcher.settings import MatcherSettings


class CountedEncoder(HashedEncoder):
    """Appends a line for each text: the process and the text's hash."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def encode(self, texts: Sequence[str], progress: Progress = no_progress) -> FloatMatrix:
        """Logged before the work, so that what a killed process did is counted."""
        lines = "".join(f"{os.getpid()} {hashlib.sha256(text.encode()).hexdigest()}\n" for text in texts)
        with self._log.open("a") as log:
            log.write(lines)
        return super().encode(texts, progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encodes:
    """What all replicas embedded."""

    texts: int
    encodes: int
    twice_needlessly: int
    """Texts embedded again although every process that embedded them before went on living."""


def read_encodes(log: Path, killed: frozenset[int]) -> Encodes:
    """Count the log's lines; `killed` are processes that may have ended before they stored what they embedded."""
    by_text: dict[str, Counter[int]] = defaultdict(Counter)
    for line in log.read_text().splitlines():
        process, text_hash = line.split()
        by_text[text_hash][int(process)] += 1
    return Encodes(
        texts=len(by_text),
        encodes=sum(counts.total() for counts in by_text.values()),
        twice_needlessly=sum(
            counts.total() - 1 > sum(counts[process] for process in killed) for counts in by_text.values()
        ),
    )


def serve_counted_matcher(settings: MatcherSettings, log: Path, listening: socket.socket, pipe: Connection) -> None:
    """The matcher over hashed vectors, with every embedding in a log."""
    from services.matcher.app import create_app  # noqa: PLC0415 - only this child needs it

    serve_app(lambda: create_app(settings, partial(_encoder, log)), listening, pipe)


def _encoder(log: Path, _settings: MatcherSettings) -> CountedEncoder:
    return CountedEncoder(log)
