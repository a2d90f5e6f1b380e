"""What is done with golden sets: create, judge, import, export, derive, archive; one transaction each."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from services.matcher.judgments import files, repository
from services.matcher.judgments.clicks import Rate, Thresholds
from services.matcher.judgments.deriving import Derivation, derive
from services.matcher.judgments.errors import GoldenSetArchived, GoldenSetExists, GoldenSetNotFound, JudgmentNotFound
from services.matcher.judgments.grades import Derived
from services.matcher.judgments.merging import TRUST, merged
from services.matcher.judgments.records import judgment_record, judgment_row, set_record
from services.matcher.tables import GoldenSetRow, JudgmentRow
from shared.contracts.golden_sets import (
    DerivedJudgments,
    DeriveRequest,
    GoldenSet,
    GoldenSetDraft,
    GoldenSetPage,
    ImportedJudgments,
    Judgment,
    JudgmentDraft,
    JudgmentFormat,
    JudgmentPage,
    JudgmentSource,
    PositionRate,
)
from shared.contracts.kinds import Kind
from shared.kit.database import Database, ReadSession, WriteSession
from shared.kit.paging import decode_cursor, encode_cursor

Clock = Callable[[], datetime]


class GoldenSets:
    """The golden sets of one database."""

    def __init__(self, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def create(self, draft: GoldenSetDraft) -> GoldenSet:
        """A new set. Raises GoldenSetExists."""
        row = GoldenSetRow(
            set_id=f"gst_{uuid4().hex}",
            name=draft.name,
            subject_kind=draft.subject_kind.value,
            target_kind=draft.target_kind.value,
            description=draft.description,
            created_at=self._clock(),
            is_archived=False,
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except IntegrityError:  # the name is all that two sets cannot share
            raise GoldenSetExists from None
        return set_record(row, {})

    def page(self, cursor: str | None, limit: int, *, with_archived: bool) -> GoldenSetPage:
        """Sets by id. Raises BadCursor."""
        after_id = "" if cursor is None else str(decode_cursor(cursor, str)[0])
        with self._database.read() as session:
            rows = repository.list_sets(session, after_id=after_id, limit=limit + 1, with_archived=with_archived)
            shown = rows[:limit]
            counts = repository.count_judgments(session, [row.set_id for row in shown])
        return GoldenSetPage(
            items=tuple(set_record(row, counts[row.set_id]) for row in shown),
            next_cursor=encode_cursor(shown[-1].set_id) if len(rows) > limit else None,
        )

    def read(self, set_id: str) -> GoldenSet:
        """One set. Raises GoldenSetNotFound."""
        with self._database.read() as session:
            return self._record(session, _found(session, set_id))

    def archive(self, set_id: str) -> None:
        """Take a set out of the lists for good; it can still be read and exported. Raises GoldenSetNotFound."""
        with self._database.write() as session:
            row = repository.lock_set(session, set_id)
            if row is None:
                raise GoldenSetNotFound
            row.is_archived = True

    def judge(self, set_id: str, draft: JudgmentDraft) -> Judgment:
        """Keep a judgment made by hand. Raises GoldenSetNotFound and GoldenSetArchived."""
        values = judgment_row(set_id, draft, JudgmentSource.MANUAL, self._clock())
        with self._database.write() as session:
            _locked(session, set_id)
            repository.write_judgments(session, [values])
        return judgment_record(JudgmentRow(**values))

    def forget(self, set_id: str, key: repository.Key) -> None:
        """Take one judgment back. Raises GoldenSetNotFound, GoldenSetArchived and JudgmentNotFound."""
        with self._database.write() as session:
            _locked(session, set_id)
            if not repository.delete_judgment(session, set_id, key):
                raise JudgmentNotFound

    def judgments(
        self, set_id: str, sources: Sequence[JudgmentSource], subject_id: str | None, cursor: str | None, limit: int
    ) -> JudgmentPage:
        """Judgments in the order in which they were first made. Raises GoldenSetNotFound and BadCursor."""
        after_id = 0 if cursor is None else int(decode_cursor(cursor, int)[0])
        with self._database.read() as session:
            _found(session, set_id)
            rows = repository.list_judgments(
                session, set_id, sources=sources, subject_id=subject_id, after_id=after_id, limit=limit + 1
            )
        shown = rows[:limit]
        return JudgmentPage(
            items=tuple(judgment_record(row) for row in shown),
            next_cursor=encode_cursor(shown[-1].id) if len(rows) > limit else None,
        )

    def import_file(self, set_id: str, data: bytes, form: JudgmentFormat, *, by: str) -> ImportedJudgments:
        """All judgments of a file, or none. Raises FaultyJudgments, GoldenSetNotFound and GoldenSetArchived."""
        rows = files.read_judgments(data, form, by=by)
        now = self._clock()
        with self._database.write() as session:
            golden = _locked(session, set_id)
            before = {_key(row): (row.grade, row.note) for row in _all(session, set_id)}
            same = {row.key for row in rows if before.get(row.key) == (row.draft.grade, row.draft.note or None)}
            changed = [row for row in rows if row.key not in same]
            values = [judgment_row(set_id, row.draft, row.source, now) for row in changed]
            repository.write_judgments(session, values)
            replaced = sum(row.key in before for row in changed)
            subjects = _unknown(session, {row.draft.subject_id for row in rows}, Kind(golden.subject_kind))
            targets = _unknown(session, {row.draft.target_id for row in rows}, Kind(golden.target_kind))
        return ImportedJudgments(
            rows=len(rows),
            created=len(changed) - replaced,
            replaced=replaced,
            unchanged=len(same),
            unknown_subjects=subjects,
            unknown_targets=targets,
        )

    def export_file(self, set_id: str, form: JudgmentFormat, sources: Sequence[JudgmentSource] = TRUST) -> str:
        """CSV with every judgment of the sources, or qrels with one grade a pair: the first source that judged it.

        Raises GoldenSetNotFound.
        """
        with self._database.read() as session:
            _found(session, set_id)
            rows = repository.all_judgments(session, set_id, sources)
        if form is JudgmentFormat.CSV:
            return files.csv_text([judgment_record(row) for row in rows])
        return files.qrels_text(merged(rows, sources))

    def derive(self, set_id: str, request: DeriveRequest) -> DerivedJudgments:
        """Make judgments of the stored feedback, in place of those of the same sources; manual ones are not touched.

        Raises GoldenSetNotFound and GoldenSetArchived.
        """
        sources = [source for source in request.sources if source is not JudgmentSource.MANUAL]
        with self._database.read() as session:
            golden = _found(session, set_id)
            kinds = Kind(golden.subject_kind), Kind(golden.target_kind)
            derivation = derive(session, kinds, sources, _thresholds(request))
        values = [_derived_row(set_id, one, self._clock()) for one in derivation.judgments]
        with self._database.write() as session:
            _locked(session, set_id)
            replaced = repository.delete_sources(session, set_id, sources)
            repository.write_judgments(session, values)
        return _told(derivation, replaced)

    def _record(self, session: ReadSession, row: GoldenSetRow) -> GoldenSet:
        return set_record(row, repository.count_judgments(session, [row.set_id])[row.set_id])


def _found(session: ReadSession, set_id: str) -> GoldenSetRow:
    row = repository.find_set(session, set_id)
    if row is None:
        raise GoldenSetNotFound
    return row


def _locked(session: WriteSession, set_id: str) -> GoldenSetRow:
    row = repository.lock_set(session, set_id)
    if row is None:
        raise GoldenSetNotFound
    if row.is_archived:
        raise GoldenSetArchived
    return row


def _all(session: ReadSession, set_id: str) -> Iterable[JudgmentRow]:
    return repository.all_judgments(session, set_id, tuple(JudgmentSource))


def _key(row: JudgmentRow) -> repository.Key:
    return row.subject_id, row.target_id, row.source, row.judge


def _unknown(session: ReadSession, profile_ids: set[str], kind: Kind) -> int:
    """How many of the ids are no active profile of the kind."""
    rows = repository.documents(session, profile_ids)
    known = [row for row in rows.values() if row.is_active and json.loads(row.profile_json)["kind"] == kind]
    return len(profile_ids) - len(known)


def _thresholds(request: DeriveRequest) -> Thresholds:
    return Thresholds(
        minimum_impressions=request.minimum_impressions,
        minimum_expected_clicks=request.minimum_expected_clicks,
        irrelevant_below=request.irrelevant_below,
        plausible_from=request.plausible_from,
        relevant_from=request.relevant_from,
    )


def _derived_row(set_id: str, one: Derived, now: datetime) -> dict[str, object]:
    draft = JudgmentDraft(subject_id=one.subject_id, target_id=one.target_id, grade=one.grade, note=one.note, by=one.by)
    return judgment_row(set_id, draft, one.source, now)


def _told(derivation: Derivation, replaced: int) -> DerivedJudgments:
    sources = [one.source for one in derivation.judgments]
    return DerivedJudgments(
        judgments={source: sources.count(source) for source in JudgmentSource if source is not JudgmentSource.MANUAL},
        replaced=replaced,
        events=derivation.events,
        without_grade=derivation.without_grade,
        unplaced_clicks=derivation.unplaced_clicks,
        too_few_impressions=derivation.too_few_impressions,
        undecided=derivation.undecided,
        position_rates=tuple(_rate(one) for one in derivation.rates),
    )


def _rate(one: Rate) -> PositionRate:
    return PositionRate(rank=one.rank, impressions=one.impressions, clicks=one.clicks, rate=one.rate)
