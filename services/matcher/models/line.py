"""Everything that answers under one model: a request takes it once, so that it never reads from two."""

from dataclasses import dataclass

from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.publisher import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """Encoder, snapshot and matchmaker of one model."""

    encoder: Encoder
    """The one that requests ask."""
    following: Indexer
    """Embeds what the feed brings, with an encoder of its own."""
    publisher: Publisher
    saved: SnapshotFolder
    matchmaker: Matchmaker

    @property
    def vectors_of(self) -> str:
        """What answers name as their model."""
        return self.publisher.current.model_id
