"""Vectors kept once per model and text, so that a text is embedded once for all replicas and restarts."""

from collections.abc import Iterable, Mapping

import numpy as np

from services.matcher import repositories
from services.matcher.embedding.encoder import Encoder, FloatMatrix, Progress, no_progress
from services.matcher.embedding.passages import PASSAGE_SCHEME
from shared.kit.database import Database

_COMMIT_EVERY = 1024


class VectorStore:
    """Reads known vectors, embeds and keeps the others."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        """Vectors live under the encoder's model id and the passage scheme."""
        self._database = database
        self._encoder = encoder
        self.model_id = f"{encoder.model_id}/{PASSAGE_SCHEME}"

    def vectors(self, texts: Mapping[str, str], progress: Progress = no_progress) -> dict[str, FloatMatrix]:
        """The vector of each text by its hash, each (dimension,); unseen texts are embedded and stored.

        `progress` hears of every text, stored ones at once.
        """
        found = self.stored(texts)
        progress(len(found))
        # Shortest first: batches of like length waste no work on padding.
        unseen = sorted((text_hash for text_hash in texts if text_hash not in found), key=lambda key: len(texts[key]))
        for start in range(0, len(unseen), _COMMIT_EVERY):
            hashes = unseen[start : start + _COMMIT_EVERY]
            encoded = self._encoder.encode([texts[text_hash] for text_hash in hashes], progress)
            vectors = dict(zip(hashes, encoded, strict=True))
            with self._database.write() as session:
                data = {text_hash: vector.astype("<f4").tobytes() for text_hash, vector in vectors.items()}
                repositories.write_vectors(session, self.model_id, data)
            found.update(vectors)
        return found

    def stored(self, hashes: Iterable[str]) -> dict[str, FloatMatrix]:
        """Vectors already stored, by hash, each (dimension,)."""
        with self._database.read() as session:
            data = repositories.read_vectors(session, self.model_id, hashes)
        return {text_hash: np.frombuffer(vector, dtype="<f4") for text_hash, vector in data.items()}
