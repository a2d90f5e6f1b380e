"""Vectors of texts that no document has any more: of erased profiles, and of earlier revisions of all others."""

from collections import Counter
from itertools import islice

from sqlalchemy import delete, select

from services.matcher.matching.indexing import PassageHashes
from services.matcher.tables import DocumentRow, VectorRow
from shared.kit.database import Database

_PAGE = 5_000
_AT_A_TIME = 500


def drop_unused_vectors(database: Database) -> Counter[tuple[str, str]]:
    """Drop them under every model. Raises DatabaseUnavailable.

    Vectors are a cache. Other models cut long texts elsewhere than the one that follows the feed: what is dropped of
    theirs is embedded again if a replica ever has to build that model's index without a saved one.
    """
    with database.read() as session:
        vectors = session.execute(select(VectorRow.model_id, VectorRow.text_hash)).all()
    used = _used_hashes(database)  # read last: a document that arrives meanwhile keeps its vectors
    unused = iter([(row.model_id, row.text_hash) for row in vectors if row.text_hash not in used])
    dropped = 0
    while some := list(islice(unused, _AT_A_TIME)):
        by_model: dict[str, list[str]] = {}
        for model_id, text_hash in some:
            by_model.setdefault(model_id, []).append(text_hash)
        with database.write() as session:
            for model_id, hashes in by_model.items():
                session.execute(
                    delete(VectorRow).where(VectorRow.model_id == model_id, VectorRow.text_hash.in_(hashes))
                )
        dropped += len(some)
    return Counter({("", "vectors"): dropped})


def _used_hashes(database: Database) -> set[str]:
    used: set[str] = set()
    with database.read() as session:
        rows = session.scalars(select(DocumentRow.passage_hashes).execution_options(yield_per=_PAGE))
        for packed in rows:
            cut = PassageHashes.unpacked(packed)
            used.update(cut.all() if cut else packed.split())
    return used
