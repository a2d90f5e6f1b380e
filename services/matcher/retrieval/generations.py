"""Where vectors stand in a vector database: in collections that only grow, until a fresh one takes over.

A vector's key is made of its content, so a collection never holds two states of one document, and replicas share it.
What a snapshot no longer uses stays, masked, until there is more of it than of the rest. Then a new collection is
begun. One that was dropped is missed by name, loudly; no search finds less than it should in one that is there.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.vector_database import Keys, VectorDatabase

_BATCH = 2_000
"""Vectors sent at a time: 3 MB of 384 dimensions."""
_SPARE = 10_000
"""So many unused vectors cost less than beginning anew."""
_KEPT = 2
"""Collections of one prefix: the newest, and the one before, which another replica may still search."""


def vector_keys(vectors: FloatMatrix) -> Keys:
    """A key for each row, (n,): 64 bits of its bytes' BLAKE2b.

    Among ten million vectors two share a key with a chance of 3 in a million. Then one of them is searched in the
    other's place; what is scored is never taken from there.
    """
    rows = np.ascontiguousarray(vectors, dtype="<f4")
    digests = b"".join(hashlib.blake2b(row.tobytes(), digest_size=8).digest() for row in rows)
    return np.frombuffer(digests, dtype="<i8").astype(np.int64)


def collection_prefix(model_id: str, aspect: str, dimension: int) -> str:
    """What the names of a model's collections begin with: vectors of two models never meet."""
    model = hashlib.sha256(f"{model_id} {dimension}".encode()).hexdigest()[:12]
    return f"liaison_{model}_{aspect}_"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedVectors:
    """Vectors by key, read as they are sent."""

    keys: Keys = field(repr=False)
    """Ascending, each once."""
    vectors_of: Callable[[Keys], FloatMatrix] = field(repr=False)
    """The vectors of some of the keys, (len(keys), dimension)."""
    dimension: int


def place(
    database: VectorDatabase,
    prefix: str,
    wanted: KeyedVectors,
    token: str,
    spare: int = _SPARE,
    *,
    is_renewed: bool = False,
) -> str:
    """Have all of the vectors in the newest collection; its name. `token` tells apart what two replicas begin at once.

    A collection that holds `spare` more unused vectors than wanted ones is left for a new one. With `is_renewed`,
    every other collection goes: nothing unused is left, and a replica that searched one begins to search here.
    Raises VectorDatabaseFailed; what was added until then stays, and is not sent again.
    """
    held, keys = sorted(database.collections(prefix)), wanted.keys
    name = held[-1] if held else _begin(database, prefix, held, wanted.dimension, token)
    database.open(name)
    missing = _missing(database, name, keys)
    unused = database.size(name) - (len(keys) - len(missing))
    if unused > (0 if is_renewed else len(keys) + spare):
        name, missing = _begin(database, prefix, held, wanted.dimension, token), keys
    for start in range(0, len(missing), _BATCH):
        some = missing[start : start + _BATCH]
        database.add(name, some, wanted.vectors_of(some))
    for old in sorted(database.collections(prefix))[: -1 if is_renewed else -_KEPT]:
        database.drop(old)
    return name


def _begin(database: VectorDatabase, prefix: str, held: list[str], dimension: int, token: str) -> str:
    number = int(held[-1].removeprefix(prefix).split("_")[0]) + 1 if held else 1
    name = f"{prefix}{number:06d}_{token}"
    database.create(name, dimension)
    return name


def _missing(database: VectorDatabase, name: str, keys: Keys) -> Keys:
    found = [database.missing(name, keys[start : start + _BATCH]) for start in range(0, len(keys), _BATCH)]
    return np.concatenate([np.empty(0, dtype=np.int64), *found])
