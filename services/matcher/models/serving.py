"""The model that requests are answered under: the active one follows the database, as soon as it is ready here."""

import threading
from collections.abc import Callable

import structlog

from services.matcher.models.build import ModelBuild
from services.matcher.models.errors import ModelNotReady
from services.matcher.models.line import ModelLine
from services.matcher.models.service import ModelService, ModelSpec, StoredModel
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.model_records import ModelList, ModelRecord, ModelState
from shared.kit.polling import Polling

_log = structlog.get_logger("models")
BuildOf = Callable[[ModelSpec], ModelBuild]


class ServedModels:
    """The lines of all models that are wanted, and the one that answers; thread-safe.

    The settings' model always stands ready: it reads the feed into the store. Every other one is built from the store.
    Every replica looks for changes twice a second and switches by one assignment once its own build is ready.
    """

    def __init__(
        self,
        service: ModelService,
        home: ModelLine,
        is_home_ready: Callable[[], bool],
        build_of: BuildOf,
        *,
        look_every_seconds: float = 0.5,
    ) -> None:
        self._service = service
        self._home = home
        self._is_home_ready = is_home_ready
        self._build_of = build_of
        self._builds: dict[str, ModelBuild] = {}
        self._looking = threading.Lock()
        self._polling = Polling("active-model", self.refresh, every_seconds=look_every_seconds)
        self._is_settled = False
        self._serving = service.home.name
        self.line = home
        """What a request takes once, at its start."""
        self.warm: Callable[[ModelLine], None] = lambda _: None
        """Called with a line before it answers."""

    @property
    def is_ready(self) -> bool:
        """Whether the model that is to answer can; after a restart, another one does not answer in its place."""
        return self._is_settled and (self.line is not self._home or self._is_home_ready())

    def check_ready(self, name: str) -> None:
        """Raises ModelNotReady unless a model can answer at once."""
        if name == self._service.home.name:
            if not self._is_home_ready():
                raise ModelNotReady(f"{name} is still loading its snapshot.")
            return
        build = self._builds.get(name)
        if build is None:
            raise ModelNotReady(f"{name} is not held here. Ask for its build with POST /v1/models, then wait.")
        if build.failure is not None:
            raise ModelNotReady(f"{name} could not be loaded: {build.failure}. Mend it and POST /v1/models again.")
        if not build.is_ready:
            done = f"{build.documents_done} of {build.documents_total} documents"
            raise ModelNotReady(f"{name} is being built: {done}. Wait until GET /v1/models says ready.")

    def lines(self) -> list[ModelLine] | None:
        """Every model's line that is held here; None while one of them is still loading or being built."""
        builds = [build for build in tuple(self._builds.values()) if build.failure is None]
        if not self._is_home_ready() or not all(build.is_ready for build in builds):
            return None
        return [self._home, *(build.line for build in builds if build.line is not None)]

    def listed(self) -> ModelList:
        """Every model as it stands in this replica."""
        return ModelList(
            active=self._service.active(), items=tuple(self._record(stored) for stored in self._service.all())
        )

    def refresh(self, *, retry: str | None = None) -> None:
        """Build what is wanted, let go of what is not, switch where that is due; `retry` a build that failed."""
        with self._looking:
            active = self._service.active()
            wanted = {
                one.spec.name: one.spec
                for one in self._service.all()
                if (one.is_wanted or one.spec.name == active) and one.spec.name != self._service.home.name
            }
            failed = self._builds.get(retry) if retry else None
            if failed is not None and failed.failure is not None:
                del self._builds[failed.spec.name]
            for name in sorted(wanted.keys() - self._builds.keys()):
                self._builds[name] = self._build_of(wanted[name])
                self._builds[name].start()
            self._switch(active)
            for name in sorted(self._builds.keys() - wanted.keys() - {self._serving}):
                self._let_go(name)

    def warm_policy(self, policy: RankingPolicy) -> None:
        """Make a policy ready to rank under the model that answers."""
        self.line.matchmaker.warm(policy)

    def wake(self) -> None:
        """The store has changed."""
        for build in tuple(self._builds.values()):
            build.wake()

    def forget(self) -> None:
        """The store was emptied."""
        for build in tuple(self._builds.values()):
            build.forget()

    def start(self) -> None:
        """Look for changes in the background."""
        self._polling.start()

    def stop(self) -> None:
        """End soon, builds after the page in hand."""
        self._polling.stop()
        for build in self._builds.values():
            build.stop()

    def _switch(self, active: str) -> None:
        if active == self._service.home.name:
            line: ModelLine | None = self._home
        else:
            build = self._builds[active]
            line = build.line if build.is_ready else None
            # A model that cannot be loaded here must not take the service down.
            self._is_settled = self._is_settled or build.failure is not None
        if line is None:
            return
        if line is not self.line:
            self.warm(line)
            self.line, self._serving = line, active
            _log.info("model active", model=active, vectors_of=line.vectors_of)
        self._is_settled = True

    def _let_go(self, name: str) -> None:
        build = self._builds.pop(name)
        build.stop()
        if build.line is not None:
            build.line.saved.clear()

    def _record(self, stored: StoredModel) -> ModelRecord:
        spec = stored.spec
        build = self._builds.get(spec.name)
        line = self._home if spec.name == self._service.home.name else build.line if build else None
        size = line.publisher.current.size if line else 0
        return ModelRecord(
            name=spec.name,
            source=spec.source,
            state=self._state(spec.name),
            languages=spec.languages,
            query_prompt=spec.query_prompt,
            passage_prompt=spec.passage_prompt,
            vectors_of=stored.vectors_of,
            dimension=line.encoder.dimension if line else None,
            max_tokens=line.encoder.max_tokens if line else None,
            documents_done=build.documents_done if build and not build.is_ready else size,
            documents_total=build.documents_total if build and not build.is_ready else size,
            reason=build.failure if build else None,
            created_by=stored.created_by,
            created_at=stored.created_at,
        )

    def _state(self, name: str) -> ModelState:
        build = self._builds.get(name)
        if name == self._serving:
            return ModelState.ACTIVE
        if name == self._service.home.name:
            return ModelState.READY if self._is_home_ready() else ModelState.BUILDING
        if build is None:
            return ModelState.DROPPED
        if build.failure is not None:
            return ModelState.FAILED
        return ModelState.READY if build.is_ready else ModelState.BUILDING
