"""The one who asks: its words, its vector, its language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.matcher.domain.texts import ProfileTexts
from services.matcher.retrieval.analysis import index_terms
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.lexical import query_terms
from shared.contracts.vocabularies import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A profile or free text, made ready for both legs."""

    profile_id: str | None
    """None where the subject is not stored."""
    language: Language
    terms: Mapping[str, float] = field(repr=False)
    """Lexical query: term to weight."""
    vector: FloatVector = field(repr=False)
    """(dimension,), of unit length."""


def subject_of(texts: ProfileTexts, language: Language, vector: FloatVector, profile_id: str | None = None) -> Subject:
    """A subject from its texts and the vector that stands for them."""
    return Subject(
        profile_id=profile_id,
        language=language,
        terms=query_terms(index_terms(texts.full)),
        vector=vector,
    )
