"""The one who asks: a document that need not be stored."""

from dataclasses import dataclass

from services.matcher.retrieval.aspects import AspectTexts
from services.matcher.retrieval.segment import Entry
from shared.contracts.profiles import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A profile or free text, made ready for scoring."""

    profile_id: str | None
    """None where the subject is not stored."""
    entry: Entry
    texts: AspectTexts
    introduced: frozenset[str] = frozenset()
    """Profiles that are not to be proposed to it: they are being introduced, have met or have declined."""

    @property
    def kind(self) -> Kind:
        """What the subject stands for."""
        return self.entry.attributes.kind
