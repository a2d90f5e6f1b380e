"""What a demo's question is made of: who asks, about what, for which kind of counterpart."""

from dataclasses import dataclass
from typing import Any

from services.catalog.profiles.rules import profile_id
from shared.contracts.profiles import Kind, Profile
from shared.contracts.rules import Condition

RequestPart = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A profile that is registered first and asks by its id then."""

    profile: Profile

    @property
    def title(self) -> str:
        """Of the profile."""
        return self.profile.title

    @property
    def text(self) -> str:
        """What the asker says of itself."""
        return self.profile.summary or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A profile that has been loaded before."""

    profile: Profile

    @property
    def title(self) -> str:
        """Of the profile."""
        return self.profile.title

    @property
    def text(self) -> str:
        """What the asker says of itself."""
        return self.profile.summary or self.profile.description or ""

    def as_request(self) -> RequestPart:
        """Its part of a match request."""
        return {"subject_id": profile_id(self.profile.source, self.profile.external_id)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A text that belongs to no profile."""

    title: str
    text: str
    kind: Kind = Kind.RD_DEMAND

    def as_request(self) -> RequestPart:
        """Its part of a match request."""
        return {"text": {"text": self.text, "kind": self.kind.value}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One match request, in words and on the wire."""

    asked: str
    target_kinds: tuple[Kind, ...]
    filters: tuple[Condition, ...] = ()
    limit: int = 3

    def as_request(self) -> RequestPart:
        """Its part of a match request."""
        filters = [condition.model_dump(mode="json", exclude_none=True) for condition in self.filters]
        return {"target_kinds": [kind.value for kind in self.target_kinds], "limit": self.limit, "filters": filters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewpoint:
    """One member of a group of users and what it asks for."""

    group: str
    subject: Posted | Stored | Typed
    questions: tuple[Question, ...]
