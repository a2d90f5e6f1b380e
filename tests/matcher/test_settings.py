"""Settings that do not fit together are refused by name before anything starts."""

import pytest
from pydantic import ValidationError

from services.matcher.settings import MatcherSettings, VectorBackend


@pytest.mark.parametrize(
    ("backend", "url"),
    [(VectorBackend.MILVUS, None), (VectorBackend.MILVUS, "milvus.db"), (VectorBackend.PGVECTOR, None)],
)
def test_vector_backend_without_a_fitting_address_is_refused(backend: VectorBackend, url: str | None) -> None:
    with pytest.raises(ValidationError, match=f"vector_url[^!]*the backend {backend} needs"):
        MatcherSettings(vector_backend=backend, vector_url=url)


def test_pgvector_may_stand_in_the_matchers_own_database() -> None:
    settings = MatcherSettings(vector_backend=VectorBackend.PGVECTOR, database_url="postgresql://db/matcher")
    assert settings.vector_url is None
