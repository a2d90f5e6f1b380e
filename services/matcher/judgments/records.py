"""Rows as wire records, and judgments as rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.matcher.tables import GoldenSetRow, JudgmentRow
from shared.contracts.golden_sets import GoldenSet, Judgment, JudgmentDraft, JudgmentSource
from shared.contracts.kinds import Kind


def set_record(row: GoldenSetRow, judgments: Mapping[JudgmentSource, int]) -> GoldenSet:
    """A set as it is told; every source has its count."""
    return GoldenSet(
        id=row.set_id,
        name=row.name,
        subject_kind=Kind(row.subject_kind),
        target_kind=Kind(row.target_kind),
        description=row.description,
        created_at=row.created_at,
        is_archived=row.is_archived,
        judgments={source: judgments.get(source, 0) for source in JudgmentSource},
    )


def judgment_record(row: JudgmentRow) -> Judgment:
    """A judgment as it is told."""
    return Judgment(
        subject_id=row.subject_id,
        target_id=row.target_id,
        grade=row.grade,
        source=JudgmentSource(row.source),
        by=row.judge,
        note=row.note,
        at=row.judged_at,
    )


def judgment_row(
    set_id: str, draft: JudgmentDraft, source: JudgmentSource, now: datetime
) -> dict[str, Any]:  # Any: column values
    """The values of a row."""
    return {
        "set_id": set_id,
        "subject_id": draft.subject_id,
        "target_id": draft.target_id,
        "source": source.value,
        "judge": draft.by,
        "grade": draft.grade,
        "note": draft.note or None,
        "judged_at": now,
    }
