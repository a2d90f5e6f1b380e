"""What is done with comparisons: start, count, stop, and end those that are decided; one transaction each."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from services.matcher.comparison_tables import ComparisonRow
from services.matcher.comparisons import repository
from services.matcher.comparisons.chosen import ChosenTargets
from services.matcher.comparisons.records import comparison_record
from services.matcher.comparisons.states import (
    DECIDED,
    ComparisonChangedMeanwhile,
    ComparisonEnded,
    ComparisonNotFound,
    ComparisonRunning,
    check_comparable,
    pair_name,
    pairs_of,
)
from services.matcher.comparisons.tally import Tally, tally_of
from services.matcher.interleaving.sequential import Decision, StoppingRule
from services.matcher.matching.policy_source import PolicyNotFound
from services.matcher.policies.service import PolicyService
from shared.contracts.comparisons import Comparison, ComparisonDraft, ComparisonPage, ComparisonState
from shared.contracts.policy_records import PolicyDecision, PolicyRevision
from shared.contracts.problems import FieldProblem
from shared.kit.database import Database, ReadSession, WriteSession
from shared.kit.paging import decode_cursor, encode_cursor

Clock = Callable[[], datetime]
_STOPPING_RULE = "the stopping rule"
_RUNNING = ComparisonState.RUNNING.value


class ComparisonService:
    """The comparisons of one database."""

    def __init__(
        self,
        database: Database,
        policies: PolicyService,
        chosen: ChosenTargets,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._policies = policies
        self._chosen = chosen
        self._clock = clock

    def start(self, draft: ComparisonDraft) -> Comparison:
        """Have two policies compared from now on.

        Raises PolicyNotFound, SamePolicy, PolicyNotComparable and ComparisonRunning.
        """
        named = [(field, self._policy(field, getattr(draft, field))) for field in ("first", "second")]
        is_forced = check_comparable(named, force=draft.force)
        pairs = {pair_name(pair) for pair in pairs_of(draft.kinds)}
        row = ComparisonRow(
            comparison_id=f"cmp_{uuid4().hex}",
            state=_RUNNING,
            first=draft.first,
            second=draft.second,
            share=draft.share,
            kinds=None if draft.kinds is None else min(pairs),
            alpha=draft.alpha,
            max_decided=draft.max_decided,
            is_forced=is_forced,
            created_by=draft.by,
            reason=draft.reason,
            created_at=self._clock(),
        )
        with self._writing() as session:
            _check_free(repository.holders(session, pairs))
            row.number = repository.next_number(session)
            session.add(row)
            repository.hold(session, row.comparison_id, pairs)
        return self.read(row.comparison_id)

    def stop(self, comparison_id: str, decision: PolicyDecision) -> Comparison:
        """End a comparison on somebody's word. Raises ComparisonNotFound and ComparisonEnded."""
        with self._writing() as session:
            row = self._found(session, comparison_id)
            if not self._end(session, row, ComparisonState.STOPPED, decision, self._tally(session, row)):
                raise ComparisonEnded(f"{comparison_id} runs no more: it is {row.state}.")
        return self.read(comparison_id)

    def end_decided(self) -> list[str]:
        """End every comparison that is decided; their ids."""
        with self._database.read() as session:
            rows = repository.running_comparisons(session)
            tallies = [self._tally(session, row) for row in rows]
        return [row.comparison_id for row, tally in zip(rows, tallies, strict=True) if self._end_if_decided(row, tally)]

    def read(self, comparison_id: str) -> Comparison:
        """One comparison, counted now while it runs. Raises ComparisonNotFound."""
        with self._database.read() as session:
            row = self._found(session, comparison_id)
            return self._record(session, row)

    def page(self, cursor: str | None, limit: int) -> ComparisonPage:
        """Comparisons, newest first. Raises BadCursor."""
        before = None if cursor is None else int(decode_cursor(cursor, int)[0])
        with self._database.read() as session:
            rows = repository.list_comparisons(session, before=before, limit=limit + 1)
            items = tuple(self._record(session, row) for row in rows[:limit])
        return ComparisonPage(
            items=items, next_cursor=encode_cursor(rows[limit - 1].number) if len(rows) > limit else None
        )

    def running(self) -> tuple[ComparisonRow, ...]:
        """Those that requests take part in now, oldest first."""
        with self._database.read() as session:
            return tuple(repository.running_comparisons(session))

    @contextmanager
    def _writing(self) -> Iterator[WriteSession]:
        try:
            with self._database.write() as session:
                yield session
        except IntegrityError:
            raise ComparisonChangedMeanwhile(
                "Somebody else started or ended a comparison at the same moment; try again."
            ) from None

    def _policy(self, field: str, revision: str) -> PolicyRevision:
        try:
            return self._policies.read(revision)
        except PolicyNotFound:
            raise PolicyNotFound(revision, field=field) from None

    def _found(self, session: ReadSession, comparison_id: str) -> ComparisonRow:
        row = repository.find_comparison(session, comparison_id)
        if row is None:
            raise ComparisonNotFound(f"comparison_id: no comparison {comparison_id!r}. GET /v1/comparisons lists them.")
        return row

    def _tally(self, session: ReadSession, row: ComparisonRow) -> Tally:
        """As it was when the comparison ended; counted from the newest feedback while it runs."""
        if row.tally is not None:
            return Tally(**json.loads(row.tally))
        chosen = self._chosen.chosen(session, repository.runs_of(row.comparison_id))
        results = repository.chosen_results(session, chosen)
        return tally_of(*repository.count_lists(session, row.comparison_id), results)

    def _record(self, session: ReadSession, row: ComparisonRow) -> Comparison:
        tally = self._tally(session, row)
        winners = {ComparisonState.DECIDED_FIRST: row.first, ComparisonState.DECIDED_SECOND: row.second}
        winner = winners.get(ComparisonState(row.state))
        return comparison_record(row, tally, winner=None if winner is None else self._policies.read(winner))

    def _end_if_decided(self, row: ComparisonRow, tally: Tally) -> bool:
        decided = tally.decision(StoppingRule(alpha=row.alpha, max_decided=row.max_decided))
        if decided is Decision.UNDECIDED:
            return False
        decision = PolicyDecision(by=_STOPPING_RULE, reason=_reason(tally, decided, row))
        with self._writing() as session:
            return self._end(session, row, DECIDED[decided], decision, tally)

    def _end(
        self, session: WriteSession, row: ComparisonRow, state: ComparisonState, decision: PolicyDecision, tally: Tally
    ) -> bool:
        values = {
            "state": state.value,
            "ended_by": decision.by,
            "ended_reason": decision.reason,
            "ended_at": self._clock(),
            "tally": json.dumps(asdict(tally)),
        }
        return repository.end(session, row.comparison_id, running=_RUNNING, values=values)


def _check_free(holders: Mapping[str, str]) -> None:
    for pair, comparison_id in sorted(holders.items()):
        fix = f"Wait until {comparison_id} ends, stop it, or name another pair in `kinds`."
        raise ComparisonRunning(
            f"kinds: {comparison_id} compares policies for {pair} already. {fix}",
            errors=(FieldProblem(field="kinds", message="held by a running comparison", fix=fix),),
        )


def _reason(tally: Tally, decided: Decision, row: ComparisonRow) -> str:
    wins = f"{tally.first_wins} lists for {row.first}, {tally.second_wins} for {row.second}"
    if decided is Decision.NO_DIFFERENCE:
        return f"{wins}: {row.max_decided} won lists, and no difference shown."
    return f"{wins}: evidence {tally.evidence:.3g}, 1 / alpha is {1 / row.alpha:.3g}."
