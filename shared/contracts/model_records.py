"""The life of an embedding model on the wire: built beside the one that answers, activated, rolled back, dropped."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Clean, Line, WireModel
from shared.contracts.policy_records import ActivationAction, Reason
from shared.contracts.vocabularies import Language

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,99}$")]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), Clean]
Prompt = Annotated[str, StringConstraints(max_length=1_000), Clean]


class ModelState(StrEnum):
    """Where a model stands in the replica that answers."""

    BUILDING = "building"
    """Its vectors are being made, beside the model that answers."""
    READY = "ready"
    """Its snapshot follows the feed; it can be activated at once."""
    ACTIVE = "active"
    """It answers."""
    FAILED = "failed"
    """It could not be loaded; `reason` says why."""
    DROPPED = "dropped"
    """Not held in memory; ask for its build to have it back."""


class ModelDraft(WireModel):
    """A model to build beside the one that answers."""

    name: ModelName
    source: Source
    """A folder with a sentence-transformers model on the matcher's machine, or the name of one in its cache."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)] = (Language.ENGLISH,)
    """Languages whose similarities the model gets right."""
    query_prompt: Prompt | None = None
    """The model's own where it is not given."""
    passage_prompt: Prompt | None = None
    by: Line
    """Who asks for it."""


class ModelDecision(WireModel):
    """Who has another model answer, or drops one, and why."""

    by: Line
    reason: Reason


class ModelRecord(WireModel):
    """One model and where it stands."""

    name: str
    source: str
    state: ModelState
    languages: tuple[Language, ...]
    query_prompt: str | None = None
    """As asked for; None for the model's own."""
    passage_prompt: str | None = None
    vectors_of: str | None = None
    """What answers name as their model; known once it was loaded."""
    dimension: int | None = None
    max_tokens: int | None = None
    """Longest passage that it reads whole, in tokens."""
    documents_done: int = 0
    documents_total: int = 0
    reason: str | None = None
    """Why it failed."""
    created_by: str
    created_at: datetime


class ModelList(WireModel):
    """Every model, by name."""

    active: str
    """The model that is to answer; a replica goes on with the one before until its own build is ready."""
    items: tuple[ModelRecord, ...]


class ModelActivation(WireModel):
    """One entry of the record of which model answered when."""

    number: int
    action: ActivationAction
    model: str
    """What answers from here on."""
    previous: str
    by: str
    reason: str
    at: datetime
