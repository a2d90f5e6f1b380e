"""What only Milvus has: an address, and a server that may be away."""

import socket
import time

import pytest

from services.matcher.retrieval.milvus_database import MilvusDatabase
from services.matcher.retrieval.vector_database import VectorDatabaseFailed


def test_address_where_nobody_answers_fails_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        database = MilvusDatabase(f"http://127.0.0.1:{silent.getsockname()[1]}", token="", timeout_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(VectorDatabaseFailed):
            database.collections("liaison_")
        assert time.monotonic() - began < 10
        database.close()


@pytest.mark.parametrize("uri", ["", "milvus.db", "127.0.0.1:19530"])
def test_address_that_is_no_server_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="Milvus needs http://host:port"):
        MilvusDatabase(uri, token="", timeout_seconds=1)
