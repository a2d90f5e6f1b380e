"""Introductions asked for and acted on in transactions of their own."""

from datetime import datetime
from itertools import count
from typing import Any

from services.catalog.introductions import service
from services.catalog.introductions.release import release_contact
from services.catalog.introductions.rules import IntroductionLimits
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import (
    ContactRequest,
    Introduction,
    IntroductionAction,
    IntroductionEvent,
    IntroductionRequest,
    IntroductionStep,
    Purpose,
    ReleasedContact,
)
from shared.kit.database import Database
from shared.kit.identity import Principal
from tests.catalog.introductions.people import NOW, caller, limits

_numbers = count(1)


def ask(
    database: Database,
    by: Principal,
    subject: str,
    target: str,
    *,
    now: datetime = NOW,
    allowed: IntroductionLimits | None = None,
    **fields: Any,
) -> Introduction:
    wanted = IntroductionRequest(subject_id=subject, target_id=target, **{"purpose": Purpose.PILOT_TEST} | fields)
    name = f"int_{next(_numbers):032x}"
    with database.write() as session:
        return service.request(session, caller(by), wanted, allowed or limits(), introduction_id=name, now=now)


def do(
    database: Database,
    by: Principal,
    introduction_id: str,
    action: str,
    *,
    reason: FeedbackReason | None = None,
    now: datetime = NOW,
    allowed: IntroductionLimits | None = None,
    **fields: Any,
) -> Introduction:
    step = IntroductionStep(reason=reason, **fields)
    with database.write() as session:
        return service.act(
            session, caller(by), introduction_id, IntroductionAction(action), step, allowed or limits(), now=now
        )


def have_contact(
    database: Database, by: Principal, introduction_id: str, *, now: datetime = NOW, **fields: Any
) -> ReleasedContact:
    with database.write() as session:
        return release_contact(session, caller(by), introduction_id, ContactRequest(**fields), limits(), now=now)


def see(database: Database, by: Principal, introduction_id: str, *, now: datetime = NOW) -> Introduction:
    with database.read() as session:
        return service.read(session, caller(by), introduction_id, now=now)


def trail(database: Database, introduction_id: str, *, after_id: int = 0) -> list[IntroductionEvent]:
    with database.read() as session:
        return service.trail(session, introduction_id, after_id=after_id, limit=1_000)
