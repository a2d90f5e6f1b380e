"""Vectors in Milvus, one collection each; the one file that imports pymilvus."""

import logging
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from grpc import RpcError
from pymilvus import DataType, MilvusClient, MilvusException
from pymilvus.client.types import Status

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.vector_database import Found, Keys, VectorDatabaseFailed

_MOST_FOUND = 16_384
"""The most that Milvus lists in one search."""
_SLOW_SECONDS = 60.0
"""How long making, opening and filling a collection may take."""
_KEY, _VECTOR = "key", "vector"
_STRONG = "Strong"
"""A search sees everything that was added before it."""
T = TypeVar("T")


class MilvusDatabase:
    """Exact: collections are indexed FLAT, which compares with every vector."""

    most_found = _MOST_FOUND

    def __init__(self, uri: str, *, token: str, timeout_seconds: float) -> None:
        """`uri` is http://host:19530 of a server or a cluster's proxy; connects on first use."""
        if not uri.startswith(("http://", "https://")):
            raise ValueError(f"Milvus needs http://host:port or https://host:port, not {uri!r}")
        self._uri, self._token, self._timeout_seconds = uri, token, timeout_seconds
        self._connected: MilvusClient | None = None
        self._connecting = Lock()
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it says, it also raises

    def collections(self, prefix: str) -> list[str]:
        """Names that begin so."""
        names: list[str] = self._ask(lambda client: client.list_collections(timeout=self._timeout_seconds))
        return [name for name in names if name.startswith(prefix)]

    def create(self, name: str, dimension: int) -> None:
        """Make an empty collection and load it."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(_KEY, DataType.INT64, is_primary=True)
        schema.add_field(_VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
        index = MilvusClient.prepare_index_params()
        index.add_index(_VECTOR, index_type="FLAT", metric_type="IP")
        self._ask(
            lambda client: client.create_collection(
                name, schema=schema, index_params=index, consistency_level=_STRONG, timeout=_SLOW_SECONDS
            )
        )

    def drop(self, name: str) -> None:
        """Remove a collection; nothing where there is none."""
        self._ask(lambda client: client.drop_collection(name, timeout=_SLOW_SECONDS))

    def open(self, name: str) -> None:
        """Load a collection, which waits until it can be searched."""
        self._ask(lambda client: client.load_collection(name, timeout=_SLOW_SECONDS))

    def size(self, name: str) -> int:
        """How many vectors a collection holds."""
        found = self._query(name, "", [], output_fields=["count(*)"])
        return int(found[0]["count(*)"])

    def missing(self, name: str, keys: Keys) -> Keys:
        """Those of the keys that a collection does not hold."""
        found = self._query(name, f"{_KEY} in {keys.tolist()}", keys, output_fields=[_KEY])
        return keys[~np.isin(keys, np.array([row[_KEY] for row in found], dtype=np.int64))]

    def add(self, name: str, keys: Keys, vectors: FloatMatrix) -> None:
        """Add vectors; those of keys that are held already are replaced by the same."""
        rows = [{_KEY: key, _VECTOR: vector} for key, vector in zip(keys.tolist(), vectors, strict=True)]
        self._ask(lambda client: client.upsert(name, rows, timeout=_SLOW_SECONDS))

    def nearest(self, name: str, query: FloatVector, limit: int, among: Sequence[int] | None = None) -> Found:
        """The `limit` vectors of the greatest inner product."""
        hits = self._ask(
            lambda client: client.search(
                name,
                data=[query],
                anns_field=_VECTOR,
                filter="" if among is None else f"{_KEY} in {list(among)}",
                limit=limit,
                output_fields=[_KEY],
                search_params={"metric_type": "IP"},
                consistency_level=_STRONG,
                timeout=self._timeout_seconds,
            )
        )[0]
        return Found(
            keys=np.array([hit[_KEY] for hit in hits], dtype=np.int64),
            similarities=np.array([hit["distance"] for hit in hits], dtype=np.float32),
        )

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        with self._connecting:
            connected, self._connected = self._connected, None
        if connected is not None:
            connected.close()

    def _query(self, name: str, condition: str, keys: Sequence[int] | Keys, *, output_fields: list[str]) -> Any:
        """Rows as pymilvus gives them; `keys` bounds how many are listed."""
        limit = {"limit": len(keys)} if len(keys) else {}
        return self._ask(
            lambda client: client.query(
                name,
                filter=condition,
                output_fields=output_fields,
                consistency_level=_STRONG,
                timeout=_SLOW_SECONDS,
                **limit,
            )
        )

    def _ask(self, call: Callable[[MilvusClient], T]) -> T:
        try:
            return call(self._client())
        except (MilvusException, RpcError) as error:
            if isinstance(error, RpcError) or error.code == Status.CONNECT_FAILED:
                self.close()  # what was broken off stays broken: the next call connects anew
            raise VectorDatabaseFailed(str(error)) from error

    def _client(self) -> MilvusClient:
        with self._connecting:
            if self._connected is None:
                self._connected = MilvusClient(
                    self._uri, token=self._token, timeout=self._timeout_seconds, dedicated=True
                )
            return self._connected
