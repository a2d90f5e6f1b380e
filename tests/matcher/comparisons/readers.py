"""Recorded lists of two teams, what was done about them, and a fake that chooses as it is told."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select

from services.matcher import run_repository
from services.matcher.runs.answered import run_row
from services.matcher.tables import FeedbackRow
from shared.contracts.feedback import FeedbackType, Outcome
from shared.kit.database import Database, ReadSession
from tests.matcher.runs.answers import id_of, make_run

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TEAMS = {"a": "first", "b": "second"}


class ToldTargets:
    """ChosenTargets that are told to it."""

    def __init__(self) -> None:
        self.told: dict[str, set[str]] = {}

    def chosen(self, session: ReadSession, run_ids: Select[str]) -> Mapping[str, Collection[str]]:
        """Those told, of the runs that are asked about."""
        asked = set(session.scalars(run_ids))
        return {run_id: targets for run_id, targets in self.told.items() if run_id in asked and targets}


def record_lists(database: Database, comparison_id: str, *names: str, answered_at: datetime = NOW) -> list[str]:
    """Runs of two results each, `a` of the first team and `b` of the second; their ids."""
    drafts = [
        run_repository.Draft(
            run_id=id_of(name), comparison_id=comparison_id, subject_id=f"subject of {name}", teams=TEAMS
        )
        for name in names
    ]
    rows = [run_row(make_run(name, "a", "b"), 1, answered_at, answered_at) for name in names]
    with database.write() as session:
        run_repository.insert_new_runs(session, rows)
        run_repository.insert_drafts(session, drafts)
    return [draft.run_id for draft in drafts]


def tell(
    database: Database,
    run_id: str,
    target_id: str,
    *types: FeedbackType,
    outcome: Outcome | None = None,
    minutes: int = 0,
) -> None:
    """Events a minute apart, in this order."""
    with database.write() as session:
        for number, kind in enumerate(types):
            moment = NOW + timedelta(minutes=minutes + number)
            session.add(
                FeedbackRow(
                    event_id=f"{run_id}/{target_id}/{moment:%H:%M}",
                    type=kind.value,
                    subject_id="subject",
                    target_id=target_id,
                    run_id=run_id,
                    outcome=None if outcome is None else outcome.value,
                    happened_by="reader",
                    happened_at=moment,
                )
            )
