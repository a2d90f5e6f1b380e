"""Profiles to indexed documents: texts, passages, vectors, terms, attributes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import profile_attributes
from services.matcher.domain.texts import ProfileTexts, profile_texts
from services.matcher.embedding.documents import document_passages
from services.matcher.embedding.encoder import Encoder, FloatMatrix, Progress, no_progress
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.retrieval.analysis import index_terms
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.segment import Entry, IndexedDocument
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Language
from shared.kit.language import detect_language


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileVersion:
    """One revision of a profile; `passage_hashes` where its texts were cut before, None where not."""

    profile_id: str
    revision: int
    profile: Profile
    passage_hashes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A document for a segment, and the hashes of the passages its vector stands for."""

    document: IndexedDocument
    passage_hashes: tuple[str, ...]


class Indexer:
    """Makes documents searchable; embeds only texts that the store has not seen."""

    def __init__(self, encoder: Encoder, store: VectorStore) -> None:
        """`store` must keep the encoder's own vectors."""
        self._encoder = encoder
        self._store = store

    def index(self, versions: Sequence[ProfileVersion], progress: Progress = no_progress) -> list[Indexed]:
        """Documents in the order given; `progress` counts passages."""
        texts = [profile_texts(version.profile) for version in versions]
        hashes, vectors = self._embedded(versions, texts, progress)
        return [
            Indexed(document=_document(version, text, _pooled(vectors, own)), passage_hashes=own)
            for version, text, own in zip(versions, texts, hashes, strict=True)
        ]

    def text_vector(self, text: ProfileTexts) -> FloatVector:
        """The pooled vector of a text that is asked about and not kept."""
        [passages] = document_passages([text], self._encoder)
        return _unit(self._encoder.encode([passage.embedded_text for passage in passages]).mean(axis=0))

    def _embedded(
        self, versions: Sequence[ProfileVersion], texts: Sequence[ProfileTexts], progress: Progress
    ) -> tuple[list[tuple[str, ...]], dict[str, FloatMatrix]]:
        """Passage hashes of each document and the vectors of all; texts cut before are not cut again."""
        known = {text_hash for version in versions for text_hash in version.passage_hashes or ()}
        vectors = self._store.stored(known)
        uncut = [
            position
            for position, version in enumerate(versions)
            if version.passage_hashes is None or not vectors.keys() >= set(version.passage_hashes)
        ]
        cut = dict(zip(uncut, document_passages([texts[position] for position in uncut], self._encoder), strict=True))
        wanted = {passage.text_hash: passage.embedded_text for passages in cut.values() for passage in passages}
        vectors |= self._store.vectors(wanted, progress)
        hashes = [
            tuple(passage.text_hash for passage in cut[position]) if position in cut else version.passage_hashes or ()
            for position, version in enumerate(versions)
        ]
        return hashes, vectors


def profile_language(profile: Profile, texts: ProfileTexts) -> Language:
    """The declared language, else the one the text is mostly in."""
    return profile.language or text_language(texts.full)


def text_language(text: str) -> Language:
    """The language a text is mostly in; English where it has no letters."""
    return detect_language(text) or Language.ENGLISH


def profile_json(profile: Profile) -> str:
    """How the matcher keeps a profile: as JSON, without what is unknown and without any contact."""
    return profile.model_dump_json(exclude_none=True, exclude={"contact"})


def _document(version: ProfileVersion, texts: ProfileTexts, vector: FloatVector) -> IndexedDocument:
    language = profile_language(version.profile, texts)
    entry = Entry(
        profile_id=version.profile_id,
        revision=version.revision,
        profile_json=profile_json(version.profile).encode(),
        language=language,
        visibility=version.profile.visibility,
        attributes=profile_attributes(version.profile, language),
    )
    return IndexedDocument(entry=entry, terms=index_terms(texts.full), vector=vector[None, :])


def _pooled(vectors: dict[str, FloatMatrix], hashes: Sequence[str]) -> FloatVector:
    return _unit(np.mean([vectors[text_hash] for text_hash in hashes], axis=0))


def _unit(vector: FloatVector) -> FloatVector:
    """The vector at length 1; passages that cancel out point along the first axis."""
    length = float(np.linalg.norm(vector))
    if length < 1e-6:
        first_axis = np.zeros(len(vector), dtype=np.float32)
        first_axis[0] = 1
        return first_axis
    return np.asarray(vector / length, dtype=np.float32)
