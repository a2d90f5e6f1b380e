"""The matcher's settings, from the environment: LIAISON_MATCHER_..."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from services.matcher.embedding.encoder import BUNDLED_MODEL, Precision
from shared.contracts.vocabularies import Language
from shared.kit.http import MIB
from shared.kit.settings import ServiceSettings


class MatcherRole(StrEnum):
    """What a matcher does beside answering."""

    INDEXER = "indexer"
    """Reads the catalog's feed, embeds, and writes the store."""
    REPLICA = "replica"
    """Reads what an indexer on the same database has stored."""


class VectorBackend(StrEnum):
    """What searches the vectors of base segments."""

    FAISS = "faiss"
    PGVECTOR = "pgvector"
    MILVUS = "milvus"


class MatcherSettings(ServiceSettings):
    """Built once and passed down."""

    model_config = SettingsConfigDict(env_prefix="LIAISON_MATCHER_")

    port: Annotated[int, Field(ge=0, le=65_535)] = 8002
    max_requests_in_work: Annotated[int, Field(ge=1, le=36)] = 8
    """Matches keep the processor busy: more at a time would only take it from one another, and from `/healthz`."""
    catalog_url: str = "http://127.0.0.1:8001"
    """Where the change feed is read."""
    catalog_key: SecretStr | None = None
    """Secret: an API key of the role `service`, with which the change feed is read where the catalog asks for one."""
    database_url: str = "sqlite:///var/matcher.db"
    """SQLite or PostgreSQL: documents, vectors, feed position; all of it can be rebuilt from the catalog."""
    data_directory: Path = Path("var/matcher")
    """Saved index snapshots."""
    data_is_ephemeral: bool = False
    """The data directory goes with the process, as a pod's does: once it has ended, no erasure waits for it."""
    erasure_settle_seconds: Annotated[float, Field(ge=0, le=3_600)] = 5
    """What was erased is looked for again after this, to reach what was under way; then it is confirmed."""
    models_directory: Path = Path("var/models")
    """Learned models that policies name, one JSON file each, as `liaison tune --learned` writes them."""
    model: str = BUNDLED_MODEL
    """The bundled model, a folder, or the name of a sentence-transformers model on a hub (downloaded on first use)."""
    model_languages: tuple[Language, ...] = (Language.ENGLISH,)
    """Languages whose similarities the model gets right; the lexical leg carries the others."""
    model_query_prompt: str | None = None
    """Put before a free text that asks; the model's own where not set."""
    model_passage_prompt: str | None = None
    """Put before the texts of profiles; the model's own where not set. Part of what names the vectors."""
    encoder_threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Threads of one embedding call; more than the cores left free make single texts much slower."""
    encoder_precision: Precision = Precision.AUTO
    """Vectors of two precisions never meet, like those of two models: choose one where replicas' processors differ."""
    role: MatcherRole = MatcherRole.INDEXER
    """`indexer` follows the catalog's feed; `replica` reads what an indexer has stored in the same database."""
    ready_max_lag: Annotated[int, Field(ge=0)] | None = None
    """`GET /readyz` waits after a start until at most so many changes are missing; where not set, it does not wait."""
    feed_page_size: Annotated[int, Field(ge=1, le=1_000)] = 256
    """Changes read, embedded and published at a time."""
    feed_wait_seconds: Annotated[float, Field(ge=0, le=30)] = 2
    """How long the catalog may hold an empty page open; also how long a shutdown may wait for it."""
    feed_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 5.0
    """How much longer than that the catalog's answer may take before it counts as away."""
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300
    """Without a change for this long, the index is merged however little that settles: replicas then score alike."""
    max_wait_seconds: Annotated[float, Field(ge=0, le=30)] = 2
    """How long a request that names a `min_feed_seq` may wait for it before it is told to come back."""
    run_retention_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    """How long a recorded answer is kept after it was last given."""
    run_queue_size: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Answers that may wait to be recorded; more at once are answered, but not recorded."""
    allocation_seconds: Annotated[float, Field(ge=0.1, le=600)] = 20
    """How long constraint programming may look for a better timetable of a matchmaking day."""
    report_minimum_cell: Annotated[int, Field(ge=1, le=1_000)] = 5
    """Counts of reports below this are left out, and what would tell them; 1 leaves out none."""
    recommendation_quota: Annotated[int, Field(ge=1, le=50)] = 10
    """Contacts that a profile is recommended in a day or a week at most."""
    recommendation_readers: Annotated[int, Field(ge=1, le=100_000)] = 20
    """To how many others in a day or a week a profile is recommended that states no capacity."""
    recommendation_repeats: Annotated[int, Field(ge=1, le=100)] = 3
    """How often a contact is recommended to the same profile without an answer before it rests until it fits better."""
    recommendation_retention_days: Annotated[int, Field(ge=7, le=3_650)] = 400
    """How long rounds of recommendations are kept with their explanations."""
    priors_refresh_seconds: Annotated[float, Field(ge=0.05, le=3_600)] = 30
    """How often the priors of accepting and answering are made anew where more was read."""
    suggestion_minimum_support: Annotated[int, Field(ge=2, le=1_000)] = 3
    """Refusals for one reason that a suggested rule must have spared its owner."""
    run_queue_bytes: Annotated[int, Field(ge=MIB)] = 64 * MIB
    """Length of all the waiting answers and their requests together, in bytes."""
    vector_backend: VectorBackend = VectorBackend.FAISS
    """`faiss` is this process; the others are databases, for which this process stands in while they do not answer."""
    vector_url: Annotated[str | None, Field(validate_default=True)] = None
    """Of the vector database: http://host:19530 for Milvus; for pgvector, the matcher's own database where not set."""
    vector_token: SecretStr | None = None
    """Milvus's `user:password` or API key."""
    vector_timeout_seconds: Annotated[float, Field(ge=0.05, le=30)] = 1
    """A search that takes longer is answered by this process."""

    @field_validator("vector_url")
    @classmethod
    def _fits_the_backend(cls, url: str | None, info: ValidationInfo) -> str | None:
        backend = info.data.get("vector_backend")
        if backend is VectorBackend.MILVUS and not (url or "").startswith(("http://", "https://")):
            raise ValueError("the backend milvus needs http://host:19530 or https://...")
        if backend is VectorBackend.PGVECTOR and not (url or info.data.get("database_url", "")).startswith("postgres"):
            raise ValueError("the backend pgvector needs postgresql://host/name, here or as the database's address")
        return url
