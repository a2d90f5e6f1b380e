"""What is done with policies: draft, attach an evaluation, activate, roll back, retire; one transaction each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from services.matcher.matching.policy_source import PolicyNotFound
from services.matcher.policies import repository
from services.matcher.policies.documents import NO_MODELS, document_of, policy_of
from services.matcher.policies.records import (
    activation_record,
    content_hash,
    document_text,
    evaluation_record,
    report_text,
    resolved_text,
    revision_record,
    stored_policy,
)
from services.matcher.policies.states import Standing, Step, check_activation, check_retirement, rolled_back_to
from services.matcher.policy_tables import PolicyActivationRow, PolicyEvaluationRow, PolicyRow
from services.matcher.scoring.learned import LearnedModel
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.policy_records import (
    Activation,
    ActivationAction,
    ActivationPage,
    ActivationRequest,
    EvaluationDraft,
    PolicyDecision,
    PolicyDraft,
    PolicyEvaluation,
    PolicyPage,
    PolicyRevision,
)
from shared.contracts.problems import FieldProblem
from shared.kit.database import Database, ReadSession, WriteSession
from shared.kit.errors import Conflict, InvalidRequest
from shared.kit.paging import decode_cursor, encode_cursor

Clock = Callable[[], datetime]
_RELEASE = "the release"


class EvaluationNotOfPolicy(InvalidRequest):
    """The evaluation named is of another revision, or of none."""

    code = "evaluation_not_of_policy"


class PolicyChangedMeanwhile(Conflict):
    """Somebody else took a step at the same moment."""

    code = "policy_changed_meanwhile"


class PolicyService:
    """The policies of one database; `shipped` is what ranks where nothing was ever activated."""

    def __init__(
        self,
        database: Database,
        shipped: RankingPolicy,
        clock: Clock = lambda: datetime.now(UTC),
        models: Mapping[str, LearnedModel] = NO_MODELS,
    ) -> None:
        """`models` are the learned models that policies may name, by id."""
        self._database = database
        self.models = models
        self._shipped = shipped
        self._clock = clock

    def keep_shipped(self) -> None:
        """Store the policy of this release, so that it can be named and rolled back to in later ones."""
        resolved = resolved_text(self._shipped)
        with self._writing() as session:
            if repository.find_policy(session, self._shipped.revision) is None:
                session.add(
                    PolicyRow(
                        revision=self._shipped.revision,
                        number=repository.next_number(session),
                        document=document_text(document_of(self._shipped, self._shipped)),
                        resolved=resolved,
                        content_hash=content_hash(resolved),
                        created_by=_RELEASE,
                        created_at=self._clock(),
                    )
                )

    def draft(self, draft: PolicyDraft) -> tuple[PolicyRevision, bool]:
        """A new revision, and whether it is new: one of equal content is given back as it stands.

        Raises FaultyPolicy, and PolicyNotFound for a base that does not exist.
        """
        with self._writing() as session:
            policy = policy_of(draft.document, self._policy(session, draft.document.base), "draft", self.models)
            resolved = resolved_text(policy)
            same = repository.find_by_content(session, content_hash(resolved))
            if same is not None:
                return self._record(session, same), False
            number = repository.next_number(session)
            row = PolicyRow(
                revision=f"{draft.name}-{number}",
                number=number,
                document=document_text(draft.document),
                resolved=resolved,
                content_hash=content_hash(resolved),
                created_by=draft.by,
                created_at=self._clock(),
            )
            session.add(row)
            session.flush()
            return self._record(session, row), True

    def attach(self, revision: str, draft: EvaluationDraft) -> PolicyEvaluation:
        """Keep an evaluation of a revision. Raises PolicyNotFound and FaultyReport."""
        text = report_text(draft)
        with self._writing() as session:
            self._found(session, revision)
            row = PolicyEvaluationRow(
                evaluation_id=f"evl_{uuid4().hex}",
                revision=revision,
                ranking=draft.ranking,
                report=text,
                note=draft.note,
                created_by=draft.by,
                created_at=self._clock(),
            )
            session.add(row)
            return evaluation_record(row)

    def activate(self, revision: str, request: ActivationRequest) -> Activation:
        """Have a revision rank. Raises PolicyNotFound, EvaluationNotOfPolicy and the refusals of `check_activation`."""
        with self._writing() as session:
            row = self._found(session, revision)
            evaluations = repository.evaluations_of(session, [revision])
            is_forced = check_activation(self._standing(session, row), force=request.force)
            evaluation_id = request.evaluation_id or (evaluations[-1].evaluation_id if evaluations else None)
            if request.evaluation_id is not None and request.evaluation_id not in {
                one.evaluation_id for one in evaluations
            }:
                fix = f"Name one that GET /v1/policies/{revision} lists, or leave it out for the newest."
                raise EvaluationNotOfPolicy(
                    f"evaluation_id: {request.evaluation_id!r} is no evaluation of {revision}. {fix}",
                    errors=(FieldProblem(field="evaluation_id", message="of another revision", fix=fix),),
                )
            return self._step(
                session,
                ActivationAction.ACTIVATED,
                revision,
                PolicyDecision(by=request.by, reason=request.reason),
                evaluation_id=evaluation_id,
                is_forced=is_forced,
            )

    def roll_back(self, decision: PolicyDecision) -> Activation:
        """Take the newest activation back. Raises NothingToRollBack, and PolicyRetired where it led from one."""
        with self._writing() as session:
            steps = [
                Step(action=ActivationAction(row.action), revision=row.revision, previous=row.previous)
                for row in repository.all_activations(session)
            ]
            revision = rolled_back_to(steps)
            check_activation(self._standing(session, self._found(session, revision)), force=True)
            return self._step(session, ActivationAction.ROLLED_BACK, revision, decision)

    def retire(self, revision: str, decision: PolicyDecision) -> PolicyRevision:
        """Have a revision rank no more. Raises PolicyNotFound and the refusals of `check_retirement`."""
        with self._writing() as session:
            row = self._found(session, revision)
            check_retirement(self._standing(session, row), shipped=self._shipped.revision)
            row.retired_by, row.retired_reason = decision.by, decision.reason
            session.flush()
            return self._record(session, row)

    def read(self, revision: str) -> PolicyRevision:
        """One revision. Raises PolicyNotFound."""
        with self._database.read() as session:
            return self._record(session, self._found(session, revision))

    def page(self, cursor: str | None, limit: int) -> PolicyPage:
        """Revisions, newest first. Raises BadCursor."""
        with self._database.read() as session:
            rows = repository.list_policies(session, before=_before(cursor), limit=limit + 1)
            items = tuple(self._record(session, row) for row in rows[:limit])
            return PolicyPage(items=items, next_cursor=_next(rows[limit - 1].number if len(rows) > limit else None))

    def activations(self, cursor: str | None, limit: int) -> ActivationPage:
        """What ranked when, newest first. Raises BadCursor."""
        with self._database.read() as session:
            rows = repository.list_activations(session, before=_before(cursor), limit=limit + 1)
            items = tuple(activation_record(row) for row in rows[:limit])
            return ActivationPage(items=items, next_cursor=_next(rows[limit - 1].number if len(rows) > limit else None))

    def policy(self, revision: str) -> RankingPolicy:
        """A stored policy, ready to rank. Raises PolicyNotFound."""
        if revision == self._shipped.revision:
            return self._shipped
        with self._database.read() as session:
            return self._policy(session, revision)

    def active(self) -> tuple[int, str]:
        """How many activations there were, and the revision that ranks now."""
        with self._database.read() as session:
            newest = repository.newest_activation(session)
            return (newest.number, newest.revision) if newest else (0, self._shipped.revision)

    @contextmanager
    def _writing(self) -> Iterator[WriteSession]:
        try:
            with self._database.write() as session:
                yield session
        except IntegrityError:
            raise PolicyChangedMeanwhile("Somebody else changed the policies at the same moment; try again.") from None

    def _policy(self, session: ReadSession, revision: str) -> RankingPolicy:
        return (
            self._shipped
            if revision == self._shipped.revision
            else stored_policy(self._found(session, revision), self.models)
        )

    def _found(self, session: ReadSession, revision: str) -> PolicyRow:
        row = repository.find_policy(session, revision)
        if row is None:
            raise PolicyNotFound(revision)
        return row

    def _active(self, session: ReadSession) -> str:
        newest = repository.newest_activation(session)
        return newest.revision if newest else self._shipped.revision

    def _standing(self, session: ReadSession, row: PolicyRow) -> Standing:
        return Standing(
            revision=row.revision,
            is_active=self._active(session) == row.revision,
            is_retired=row.retired_by is not None,
            evaluations=len(repository.evaluations_of(session, [row.revision])),
            is_compared=repository.is_compared(session, row.revision),
        )

    def _record(self, session: ReadSession, row: PolicyRow) -> PolicyRevision:
        evaluations = repository.evaluations_of(session, [row.revision])
        return revision_record(row, evaluations, self._standing(session, row))

    def _step(
        self,
        session: WriteSession,
        action: ActivationAction,
        revision: str,
        decision: PolicyDecision,
        *,
        evaluation_id: str | None = None,
        is_forced: bool = False,
    ) -> Activation:
        newest = repository.newest_activation(session)
        row = PolicyActivationRow(
            number=newest.number + 1 if newest else 1,
            action=action.value,
            revision=revision,
            previous=newest.revision if newest else self._shipped.revision,
            evaluation_id=evaluation_id,
            is_forced=is_forced,
            created_by=decision.by,
            reason=decision.reason,
            created_at=self._clock(),
        )
        session.add(row)
        session.flush()
        return activation_record(row)


def _before(cursor: str | None) -> int | None:
    return None if cursor is None else int(decode_cursor(cursor, int)[0])


def _next(number: int | None) -> str | None:
    return None if number is None else encode_cursor(number)
