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
        embed = self._embed_claimed if self._database.is_postgresql else self._embed
        for start in range(0, len(unseen), _COMMIT_EVERY):
            found.update(embed({key: texts[key] for key in unseen[start : start + _COMMIT_EVERY]}, progress))
        return found

    def stored(self, hashes: Iterable[str]) -> dict[str, FloatMatrix]:
        """Vectors already stored, by hash, each (dimension,)."""
        with self._database.read() as session:
            data = repositories.read_vectors(session, self.model_id, hashes)
        return _unpacked(data)

    def _embed(self, texts: Mapping[str, str], progress: Progress) -> dict[str, FloatMatrix]:
        """Embed first and write after: on SQLite, whoever writes keeps all others from it."""
        vectors = self._encoded(texts, progress)
        with self._database.write() as session:
            repositories.write_vectors(session, self.model_id, _packed(vectors))
        return vectors

    def _embed_claimed(self, texts: Mapping[str, str], progress: Progress) -> dict[str, FloatMatrix]:
        """One replica embeds at a time: the others wait for it, and find its vectors instead of making them again."""
        with self._database.write() as session:
            repositories.claim_embedding(session, self.model_id)
            made = _unpacked(repositories.read_vectors(session, self.model_id, texts))
            progress(len(made))
            rest = {text_hash: text for text_hash, text in texts.items() if text_hash not in made}
            vectors = self._encoded(rest, progress) if rest else {}
            repositories.write_vectors(session, self.model_id, _packed(vectors))
        return made | vectors

    def _encoded(self, texts: Mapping[str, str], progress: Progress) -> dict[str, FloatMatrix]:
        return dict(zip(texts, self._encoder.encode(list(texts.values()), progress), strict=True))


def _packed(vectors: Mapping[str, FloatMatrix]) -> dict[str, bytes]:
    return {text_hash: vector.astype("<f4").tobytes() for text_hash, vector in vectors.items()}


def _unpacked(data: Mapping[str, bytes]) -> dict[str, FloatMatrix]:
    return {text_hash: np.frombuffer(vector, dtype="<f4") for text_hash, vector in data.items()}
