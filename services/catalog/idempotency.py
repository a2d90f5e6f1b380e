"""Idempotency keys: a request that is sent again gets the answer of the first time, and does nothing twice."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.deps import Now, Settings
from services.catalog.tables import IdempotencyRow
from shared.contracts.base import WireModel
from shared.contracts.problems import FieldProblem
from shared.kit.database import WriteSession
from shared.kit.errors import InvalidRequest
from shared.kit.identity import CurrentPrincipal

Answer = TypeVar("Answer", bound=WireModel)


class IdempotencyKeyReused(InvalidRequest):
    """The key came before with another request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        message, fix = "was sent before with another request", "Use a new key for every new request."
        field = FieldProblem(field="header.Idempotency-Key", message=message, fix=fix)
        super().__init__(f"Idempotency-Key {message}. {fix}", errors=(field,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """The key of one request, where it has one."""

    caller: str
    key: str | None
    route: str
    now: datetime
    kept_for: timedelta

    def answer(
        self, session: WriteSession, body: WireModel, answer_type: type[Answer], work: Callable[[], Answer]
    ) -> Answer:
        """What `work` answers, or answered when the key first came; in the transaction that the work is done in.

        The key is inserted before anything is done: of two at once, the second waits here until the first has
        committed, and then finds its answer; where the first failed, nothing is left of it and the second does the
        work. Raises IdempotencyKeyReused.
        """
        if self.key is None:
            return work()
        request_hash = self._hash(body)
        is_ours = (IdempotencyRow.caller == self.caller, IdempotencyRow.key == self.key)
        if self._take(session, request_hash):
            answered = work()
            session.execute(update(IdempotencyRow).where(*is_ours).values(answer=answered.model_dump_json()))
            return answered
        known = session.execute(select(IdempotencyRow.request_hash, IdempotencyRow.answer).where(*is_ours)).one()
        if known.request_hash != request_hash:
            raise IdempotencyKeyReused
        return answer_type.model_validate_json(known.answer)

    def _take(self, session: WriteSession, request_hash: str) -> bool:
        """Whether the key is ours: new, or expired and not swept yet."""
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        insert = (postgresql.insert if is_postgresql else sqlite.insert)(IdempotencyRow).values(
            caller=self.caller,
            key=self.key,
            request_hash=request_hash,
            answer=None,
            expires_at=self.now + self.kept_for,
        )
        taken = insert.on_conflict_do_update(
            index_elements=[IdempotencyRow.caller, IdempotencyRow.key],
            set_={
                "request_hash": insert.excluded.request_hash,
                "answer": insert.excluded.answer,
                "expires_at": insert.excluded.expires_at,
            },
            where=IdempotencyRow.expires_at <= self.now,
        ).returning(IdempotencyRow.key)
        return session.execute(taken).one_or_none() is not None

    def _hash(self, body: WireModel) -> str:
        text = json.dumps([self.route, body.model_dump(mode="json")], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def drop_expired(session: WriteSession, *, now: datetime) -> int:
    """Forget the answers of expired keys; returns how many."""
    dropped = session.execute(
        delete(IdempotencyRow).where(IdempotencyRow.expires_at <= now).returning(IdempotencyRow.key)
    )
    return len(dropped.all())


async def _once(
    request: Request,
    principal: CurrentPrincipal,
    now: Now,
    settings: Settings,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Of your choice, new for every new request; the same request sent again under it is done once.",
        ),
    ] = None,
) -> Once:
    return Once(
        caller=principal.id,
        key=idempotency_key,
        route=f"{request.method} {request.url.path}",
        now=now,
        kept_for=timedelta(hours=settings.idempotency_hours),
    )


DoneOnce = Annotated[Once, Depends(_once)]
