"""A file's rows checked one by one and written in batches; the good rows of a batch in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from services.catalog.imports.file_problems import RawRow
from services.catalog.imports.mapping import ColumnMapping
from services.catalog.imports.readers import FileFormat, read_rows
from services.catalog.imports.record_fields import RecordProblem
from services.catalog.imports.records import MappedRecord, map_record
from services.catalog.imports.report import Tally
from services.catalog.profiles.errors import OwnerIsNotYours
from services.catalog.profiles.rules import profile_id
from services.catalog.profiles.service import foreign_ids, upsert_many
from shared.contracts.imports import ImportProgress, ImportReport
from shared.contracts.problems import FieldProblem
from shared.contracts.profiles import Kind
from shared.kit.database import Database, WriteSession
from shared.kit.identity import Principal
from shared.kit.identity.principal import LOCAL

BATCH_ROWS = 500
_TAKEN = FieldProblem(
    field="external_id", message="another organisation's profile has it", fix="Use a source of your own."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to read one file and whether to write what it holds."""

    file_format: FileFormat
    max_unpacked_bytes: int
    mapping: ColumnMapping
    kind: Kind | None = None
    source: str | None = None
    sheet: str | None = None
    dry_run: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """A good row."""

    line: int
    mapped: MappedRecord


def count_rows(file: BinaryIO, options: ImportOptions) -> int:
    """Reads the whole file, so that a damaged one is refused before anything is written; raises UnreadableFile."""
    return sum(1 for _ in _rows(file, options))


def import_rows(
    file: BinaryIO,
    options: ImportOptions,
    total_rows: int,
    database: Database,
    now: datetime,
    principal: Principal = LOCAL,
) -> Iterator[ImportProgress | ImportReport]:
    """Progress after every batch, the report at last; no session is open while a line is handed out."""
    is_refused = options.strict and _has_bad_rows(file, options)
    writes = not options.dry_run and not is_refused
    tally = Tally()
    checked = _checked_rows(_rows(file, options), options, tally)
    if writes and options.strict:
        with database.write() as session:
            for batch in _batches(checked):
                _upsert(session, batch, tally, now, principal)
            if tally.has_rejected:  # another organisation's rows are known only once they are locked
                session.rollback()
                writes = False
    else:
        for batch in _batches(checked):
            with database.write() as session:
                _upsert(session, batch, tally, now, principal)
                if not writes:
                    session.rollback()
            yield ImportProgress(done_rows=tally.outcomes.total(), total_rows=total_rows)
    yield tally.report(dry_run=options.dry_run, applied=writes)


def _rows(file: BinaryIO, options: ImportOptions) -> Iterator[RawRow]:
    return read_rows(file, options.file_format, max_unpacked_bytes=options.max_unpacked_bytes, sheet=options.sheet)


def _has_bad_rows(file: BinaryIO, options: ImportOptions) -> bool:
    tally = Tally()
    return any(tally.has_rejected for _ in _checked_rows(_rows(file, options), options, tally)) or tally.has_rejected


def _checked_rows(rows: Iterator[RawRow], options: ImportOptions, tally: Tally) -> Iterator[CheckedRow]:
    """The good rows; the others are tallied with their problems."""
    first_lines: dict[tuple[str, str], int] = {}
    splits_cells = options.file_format is not FileFormat.JSONL
    for row in rows:
        if row.problem is not None:
            tally.reject(row.line, row.problem.problems)
            continue
        record = options.mapping.record(row.values, splits_cells=splits_cells)
        named_id = record.get("external_id", record.get("id"))
        try:
            mapped = map_record(record, kind=options.kind, source=options.source)
        except RecordProblem as refused:
            tally.reject(row.line, refused.problems, named_id)
            continue
        key = (mapped.profile.source, mapped.profile.external_id)
        first_line = first_lines.setdefault(key, row.line)
        if first_line != row.line:
            tally.reject(row.line, (_duplicate_of(first_line),), named_id)
            continue
        tally.ignore(mapped.ignored_fields)
        yield CheckedRow(line=row.line, mapped=mapped)


def _batches(rows: Iterator[CheckedRow]) -> Iterator[tuple[CheckedRow, ...]]:
    while batch := tuple(islice(rows, BATCH_ROWS)):
        yield batch


def _duplicate_of(first_line: int) -> FieldProblem:
    return FieldProblem(
        field="external_id", message=f"line {first_line} has the same one", fix="keep one of the two rows"
    )


def _upsert(
    session: WriteSession, batch: tuple[CheckedRow, ...], tally: Tally, now: datetime, principal: Principal
) -> None:
    own = _own_rows(session, batch, tally, principal)
    upserted = upsert_many(session, [row.mapped.profile for row in own], principal, now=now)
    for row, done in zip(own, upserted, strict=True):
        tally.outcomes[done.outcome] += 1
        tally.warn(row.line, done.outcome, row.mapped.warnings, row.mapped.profile.external_id)


def _own_rows(
    session: WriteSession, batch: tuple[CheckedRow, ...], tally: Tally, principal: Principal
) -> list[CheckedRow]:
    """The rows that the caller may write; another organisation's are tallied with their problem."""
    foreign = foreign_ids(session, (row.mapped.profile for row in batch), principal)
    own = []
    for row in batch:
        profile = row.mapped.profile
        is_given_away = not (principal.is_local or principal.is_staff) and profile.owner not in (
            None,
            principal.organization_id,
        )
        if profile_id(profile.source, profile.external_id) in foreign:
            tally.reject(row.line, (_TAKEN,), profile.external_id)
        elif is_given_away:
            tally.reject(row.line, OwnerIsNotYours().errors, profile.external_id)
        else:
            own.append(row)
    return own
