"""Profiles to indexed documents: both aspects as passages, vectors and terms, attributes, facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from services.matcher.domain.attributes import profile_attributes
from services.matcher.domain.facts import profile_facts
from services.matcher.domain.texts import TEXT_WEIGHT, TITLE_REPEATS, ProfileTexts, profile_texts
from services.matcher.embedding.documents import TitledText, text_passages
from services.matcher.embedding.encoder import Encoder, FloatMatrix, Progress, no_progress
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.retrieval.analysis import index_terms
from services.matcher.retrieval.aspects import AspectTexts
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.pivots import english_terms
from services.matcher.retrieval.segment import Entry, IndexedDocument
from services.matcher.retrieval.term_counts import TermCounts, term_counts
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Language
from shared.kit.anonymity import unnamed
from shared.kit.language import detect_language


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageHashes:
    """The embedded texts behind a document's vectors; `needs` is None where one vector stands for both aspects."""

    offer: tuple[str, ...]
    needs: tuple[str, ...] | None = None

    def all(self) -> tuple[str, ...]:
        """Of both aspects."""
        return (*self.offer, *(self.needs or ()))

    def packed(self) -> str:
        """As one text, for the store."""
        return f"{' '.join(self.offer)}|{' '.join(self.needs or ())}"

    @classmethod
    def unpacked(cls, text: str) -> Self | None:
        """What `packed` wrote; None for the form of earlier releases, which knew no aspects."""
        offer, bar, needs = text.partition("|")
        return cls(offer=tuple(offer.split()), needs=tuple(needs.split()) or None) if bar else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileVersion:
    """One revision of a profile; `hashes` where its texts were cut before, None where not."""

    profile_id: str
    revision: int
    profile: Profile
    hashes: PassageHashes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A document for a segment, and the hashes of the passages its vectors stand for."""

    document: IndexedDocument
    hashes: PassageHashes


class Indexer:
    """Makes documents searchable; embeds only texts that the store has not seen."""

    def __init__(self, encoder: Encoder, store: VectorStore) -> None:
        """`store` must keep the encoder's own vectors."""
        self._encoder = encoder
        self._store = store

    def index(self, versions: Sequence[ProfileVersion], progress: Progress = no_progress) -> list[Indexed]:
        """Documents in the order given; `progress` counts passages. What names an anonymous poster is not indexed."""
        versions = [replace(version, profile=unnamed(version.profile)) for version in versions]
        texts = [profile_texts(version.profile) for version in versions]
        hashes, vectors = self._embedded(versions, texts, progress)
        return [
            Indexed(document=_document(version, text, own, vectors), hashes=own)
            for version, text, own in zip(versions, texts, hashes, strict=True)
        ]

    def passing_texts(self, texts: ProfileTexts, language: Language, *, is_query: bool = False) -> AspectTexts:
        """The texts of a profile that is asked about and not kept; `is_query` for words that are no profile."""
        cut = text_passages(aspect_texts(texts), self._encoder)
        encode = self._encoder.encode_queries if is_query else self._encoder.encode
        pooled = [_pooled(encode([passage.embedded_text for passage in passages])) for passages in cut]
        return _aspects(texts, language, pooled[0], pooled[1] if len(pooled) > 1 else None)

    def _embedded(
        self, versions: Sequence[ProfileVersion], texts: Sequence[ProfileTexts], progress: Progress
    ) -> tuple[list[PassageHashes], dict[str, FloatMatrix]]:
        """Passage hashes of each document and the vectors of all; texts cut before are not cut again."""
        vectors = self._store.stored(
            {text_hash for one in versions for text_hash in (one.hashes.all() if one.hashes else ())}
        )
        hashes = {
            place: version.hashes
            for place, version in enumerate(versions)
            if version.hashes is not None and vectors.keys() >= set(version.hashes.all())
        }
        uncut = [place for place in range(len(versions)) if place not in hashes]
        titled = [aspect_texts(texts[place]) for place in uncut]
        passages = iter(text_passages([text for aspects in titled for text in aspects], self._encoder))
        wanted: dict[str, str] = {}
        for place, aspects in zip(uncut, titled, strict=True):
            cut = [next(passages) for _ in aspects]
            wanted |= {passage.text_hash: passage.embedded_text for some in cut for passage in some}
            own = [tuple(passage.text_hash for passage in some) for some in cut]
            hashes[place] = PassageHashes(offer=own[0], needs=own[1] if len(own) > 1 else None)
        vectors |= self._store.vectors(wanted, progress)
        return [hashes[place] for place in range(len(versions))], vectors


def aspect_texts(texts: ProfileTexts) -> list[TitledText]:
    """What is embedded: the offer's text, and the needs' where it is another."""
    offer, need = texts.offer_text, texts.need_text
    return [TitledText(title=texts.title, text=text) for text in ((offer,) if need == offer else (offer, need))]


def profile_language(profile: Profile, texts: ProfileTexts) -> Language:
    """The declared language, else the one the text is mostly in."""
    return profile.language or text_language(texts.full)


def text_language(text: str) -> Language:
    """The language a text is mostly in; English where it has no letters."""
    return detect_language(text) or Language.ENGLISH


def profile_json(profile: Profile) -> str:
    """How the matcher keeps a profile: as JSON, without what is unknown and without any contact."""
    return profile.model_dump_json(exclude_none=True, exclude={"contact"})


def profile_entry(profile_id: str, revision: int, profile: Profile, language: Language) -> Entry:
    """Identity and facts of one revision."""
    return Entry(
        profile_id=profile_id,
        revision=revision,
        profile_json=profile_json(profile).encode(),
        language=language,
        visibility=profile.visibility,
        attributes=profile_attributes(profile, language),
        facts=profile_facts(profile),
    )


def _document(
    version: ProfileVersion, texts: ProfileTexts, hashes: PassageHashes, vectors: dict[str, FloatMatrix]
) -> IndexedDocument:
    language = profile_language(version.profile, texts)
    offer = _pooled([vectors[text_hash] for text_hash in hashes.offer])
    need = None if hashes.needs is None else _pooled([vectors[text_hash] for text_hash in hashes.needs])
    return IndexedDocument(
        entry=profile_entry(version.profile_id, version.revision, version.profile, language),
        texts=_aspects(texts, language, offer, need),
    )


def _aspects(
    texts: ProfileTexts, language: Language, offer_vector: FloatVector, need_vector: FloatVector | None
) -> AspectTexts:
    """A profile that states needs has them as words of its own, even where one vector stands for both aspects."""
    return AspectTexts(
        offer_terms=offer_terms(texts, language),
        offer_vector=offer_vector,
        need_terms=_need_terms(texts, language) if texts.has_own_needs else None,
        need_vector=(offer_vector if need_vector is None else need_vector) if texts.has_own_needs else None,
    )


def offer_terms(texts: ProfileTexts, language: Language) -> TermCounts:
    """Words of the offer, with those of past deals' titles."""
    text = f"{texts.offer_text}\n{texts.unsaid_history}{_emphasised_title(texts)}"
    terms = term_counts(index_terms(text))
    return terms.with_pivots(english_terms(text)) if language is Language.CHINESE else terms


def _emphasised_title(texts: ProfileTexts) -> str:
    """The title as often again as it counts beside the text; nothing where it only repeats how the text begins."""
    return f"\n{texts.title}" * TITLE_REPEATS if texts.has_own_title else ""


def _need_terms(texts: ProfileTexts, language: Language) -> TermCounts:
    """The prose, and each need by its weight."""
    needs = [
        (weight, text, terms)
        for weight, text in (
            (TEXT_WEIGHT, texts.need_prose),
            *((float(need.weight or 1), need.text) for need in texts.atomic_needs),
        )
        if (terms := index_terms(text))
    ]
    found = term_counts(index_terms(texts.need_text), [(weight, terms) for weight, _, terms in needs])
    if language is not Language.CHINESE:
        return found
    said = [(weight, english_terms(text)) for weight, text, _ in needs]
    return found.with_pivots(english_terms(texts.need_text), [one for one in said if one[1]])


def _pooled(vectors: Iterable[FloatMatrix]) -> FloatVector:
    return _unit(np.mean(list(vectors), axis=0))


def _unit(vector: FloatVector) -> FloatVector:
    """The vector at length 1; passages that cancel out point along the first axis."""
    length = float(np.linalg.norm(vector))
    if length < 1e-6:
        first_axis = np.zeros(len(vector), dtype=np.float32)
        first_axis[0] = 1
        return first_axis
    return np.asarray(vector / length, dtype=np.float32)
