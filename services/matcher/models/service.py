"""What is done with models: ask for a build, activate, roll back, drop; one transaction each."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError

from services.matcher.models import repository
from services.matcher.models.errors import (
    ModelAlreadyActive,
    ModelInUse,
    ModelNotFound,
    ModelsChangedMeanwhile,
    ModelTaken,
    NoModelToRollBack,
)
from services.matcher.policies.states import NothingToRollBack, Step, rolled_back_to
from services.matcher.policy_tables import ModelActivationRow, ModelRow
from shared.contracts.model_records import ModelActivation, ModelDecision, ModelDraft
from shared.contracts.policy_records import ActivationAction
from shared.contracts.vocabularies import Language
from shared.kit.database import Database, ReadSession, WriteSession

Clock = Callable[[], datetime]
Check = Callable[[str], None]
"""Called with a model's name before it is to answer; raises ModelNotReady."""
_SETTINGS = "the settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """How a model is loaded."""

    name: str
    source: str
    languages: tuple[Language, ...]
    query_prompt: str | None = None
    passage_prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A model as the database knows it."""

    spec: ModelSpec
    is_wanted: bool
    vectors_of: str | None
    created_by: str
    created_at: datetime


class ModelService:
    """The models of one database; `home` is the settings' model, which answers where none was ever activated."""

    def __init__(
        self, database: Database, home: ModelSpec, home_vectors: str, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        """`home.name` is only a proposal: a source that is known keeps the name it has."""
        self._database = database
        self._clock = clock
        self.home = self._keep_home(home, home_vectors)
        """The settings' model."""

    def draft(self, draft: ModelDraft) -> bool:
        """Want a model built; whether it is new. Raises ModelTaken."""
        with self._writing() as session:
            row = repository.find_model(session, draft.name)
            same = repository.find_by_source(session, draft.source)
            if row is not same:
                taken = f"{draft.name} stands for {row.source}" if row else f"{draft.source} is {same and same.model}"
                raise ModelTaken(f"name: {taken} already. Use that name, or another one for another model.")
            if row is not None:
                _check_equal(_spec(row), draft)
                row.is_wanted = True
                return False
            session.add(
                ModelRow(
                    model=draft.name,
                    source=draft.source,
                    languages=json.dumps(draft.languages),
                    query_prompt=draft.query_prompt,
                    passage_prompt=draft.passage_prompt,
                    is_wanted=True,
                    vectors_of=None,
                    created_by=draft.by,
                    created_at=self._clock(),
                )
            )
            return True

    def loaded(self, name: str, vectors_of: str) -> None:
        """Note under which id the vectors of a model are kept."""
        with self._database.write() as session:
            row = repository.find_model(session, name)
            if row is not None:
                row.vectors_of = vectors_of

    def activate(self, name: str, decision: ModelDecision, check: Check) -> ModelActivation:
        """Have a model answer. Raises ModelNotFound, ModelAlreadyActive and what `check` raises."""
        with self._writing() as session:
            self._found(session, name)
            if self._active(session) == name:
                raise ModelAlreadyActive(f"{name} answers already.")
            check(name)
            return self._step(session, ActivationAction.ACTIVATED, name, decision)

    def roll_back(self, decision: ModelDecision, check: Check) -> ModelActivation:
        """Take the newest activation back. Raises NoModelToRollBack and what `check` raises."""
        with self._writing() as session:
            steps = [
                Step(action=ActivationAction(row.action), revision=row.model, previous=row.previous)
                for row in repository.all_activations(session)
            ]
            try:
                name = rolled_back_to(steps)
            except NothingToRollBack:
                raise NoModelToRollBack("No activation of a model is left to be taken back.") from None
            check(name)
            return self._step(session, ActivationAction.ROLLED_BACK, name, decision)

    def drop(self, name: str) -> None:
        """Have no replica hold a model. Raises ModelNotFound and ModelInUse."""
        with self._writing() as session:
            row = self._found(session, name)
            if name in (self._active(session), self.home.name):
                raise ModelInUse(f"{name} answers now or is the settings' model, which reads the feed.")
            row.is_wanted = False

    def forget_vectors(self, name: str) -> None:
        """Delete what was embedded under a model, unless it is wanted again."""
        with self._writing() as session:
            row = self._found(session, name)
            if row.vectors_of is not None and not row.is_wanted:
                repository.delete_vectors(session, row.vectors_of)

    def all(self) -> list[StoredModel]:
        """By name."""
        with self._database.read() as session:
            return [
                StoredModel(
                    spec=_spec(row),
                    is_wanted=row.is_wanted,
                    vectors_of=row.vectors_of,
                    created_by=row.created_by,
                    created_at=row.created_at,
                )
                for row in repository.all_models(session)
            ]

    def active(self) -> str:
        """The model that is to answer."""
        with self._database.read() as session:
            return self._active(session)

    def _keep_home(self, home: ModelSpec, vectors_of: str) -> ModelSpec:
        with self._writing() as session:
            row = repository.find_by_source(session, home.source)
            if row is None:
                row = ModelRow(
                    model=_free_name(session, home.name),
                    source=home.source,
                    is_wanted=False,
                    created_by=_SETTINGS,
                    created_at=self._clock(),
                )
                session.add(row)
            row.languages = json.dumps(home.languages)
            row.query_prompt, row.passage_prompt, row.vectors_of = home.query_prompt, home.passage_prompt, vectors_of
            session.flush()
            return _spec(row)

    @contextmanager
    def _writing(self) -> Iterator[WriteSession]:
        try:
            with self._database.write() as session:
                yield session
        except IntegrityError:
            raise ModelsChangedMeanwhile("Somebody else changed the models at the same moment; try again.") from None

    def _found(self, session: ReadSession, name: str) -> ModelRow:
        row = repository.find_model(session, name)
        if row is None:
            raise ModelNotFound(f"There is no model {name!r}. Use a name that GET /v1/models lists.")
        return row

    def _active(self, session: ReadSession) -> str:
        newest = repository.newest_activation(session)
        return newest.model if newest else self.home.name

    def _step(
        self, session: WriteSession, action: ActivationAction, name: str, decision: ModelDecision
    ) -> ModelActivation:
        newest = repository.newest_activation(session)
        previous = self._active(session)
        # What answered is kept ready, so that a roll back waits for nothing, whatever the settings say by then.
        self._found(session, previous).is_wanted = True
        row = ModelActivationRow(
            number=newest.number + 1 if newest else 1,
            action=action.value,
            model=name,
            previous=previous,
            created_by=decision.by,
            reason=decision.reason,
            created_at=self._clock(),
        )
        session.add(row)
        session.flush()
        return ModelActivation(
            number=row.number,
            action=action,
            model=name,
            previous=previous,
            by=row.created_by,
            reason=row.reason,
            at=row.created_at,
        )


def name_of(source: str) -> str:
    """A model's name from its folder or hub name, in the letters that names may have."""
    last = source.rstrip("/").rpartition("/")[2].lower()
    return re.sub(r"[^a-z0-9_.-]", "-", last).lstrip("-_.")[:80] or "model"


def _free_name(session: ReadSession, name: str) -> str:
    number, free = 1, name
    while repository.find_model(session, free) is not None:
        number += 1
        free = f"{name}-{number}"
    return free


def _check_equal(spec: ModelSpec, draft: ModelDraft) -> None:
    asked = (draft.languages, draft.query_prompt, draft.passage_prompt)
    if asked != (spec.languages, spec.query_prompt, spec.passage_prompt):
        raise ModelTaken(f"name: {spec.name} was asked for with other languages or prompts; use a copy of its folder.")


def _spec(row: ModelRow) -> ModelSpec:
    return ModelSpec(
        name=row.model,
        source=row.source,
        languages=tuple(Language(code) for code in json.loads(row.languages)),
        query_prompt=row.query_prompt,
        passage_prompt=row.passage_prompt,
    )
