"""Names the adapters of vector databases, as bootstrap names all others; each is imported where it is chosen."""

from services.matcher.retrieval.placement import InDatabase, InMemory, Placement
from services.matcher.retrieval.vector_database import VectorDatabase
from services.matcher.settings import MatcherSettings, VectorBackend


def build_placement(settings: MatcherSettings) -> Placement:
    """Where vectors are searched; raises ValueError where settings do not fit the backend or it is not installed."""
    if settings.vector_backend is VectorBackend.FAISS:
        return InMemory()
    return InDatabase(build_vector_database(settings), settings.data_directory)


def build_vector_database(settings: MatcherSettings) -> VectorDatabase:
    """The client of a vector backend other than FAISS, which connects on first use; raises ValueError as above."""
    try:
        return _vector_database(settings)
    except ImportError as error:
        raise ValueError(f"the vector backend needs pip install 'liaison[{settings.vector_backend}]'") from error


def _vector_database(settings: MatcherSettings) -> VectorDatabase:
    """Imports its client here: it is an extra."""
    timeout_seconds = settings.vector_timeout_seconds
    if settings.vector_backend is VectorBackend.PGVECTOR:
        from services.matcher.retrieval.pgvector_database import PgvectorDatabase  # noqa: PLC0415

        return PgvectorDatabase(settings.vector_url or settings.database_url, timeout_seconds=timeout_seconds)
    from services.matcher.retrieval.milvus_database import MilvusDatabase  # noqa: PLC0415

    token = settings.vector_token.get_secret_value() if settings.vector_token else ""
    return MilvusDatabase(settings.vector_url or "", token=token, timeout_seconds=timeout_seconds)
