"""A stored golden set, with the profiles that the matcher holds, as what is evaluated."""

import json
from collections.abc import Sequence

from services.matcher.evaluation.judged_set import JudgedSet, Record
from services.matcher.judgments import repository
from services.matcher.judgments.errors import GoldenSetNotFound
from services.matcher.judgments.merging import TRUST, Qrels, merged
from services.matcher.tables import DocumentRow, GoldenSetRow
from shared.contracts.golden_sets import JudgmentSource
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Visibility
from shared.kit.database import ReadSession


def stored_judged_set(session: ReadSession, set_id: str, trust: Sequence[JudgmentSource] = TRUST) -> JudgedSet:
    """The set judged by the first source of `trust` that judged each pair.

    Queries are the judged subjects; the corpus is every profile of the target kind that can be proposed. A record is
    the profile's own JSON with `id`, which the catalog's mapping reads back. Raises GoldenSetNotFound.
    """
    golden = repository.find_set(session, set_id)
    if golden is None:
        raise GoldenSetNotFound
    qrels = merged(repository.all_judgments(session, set_id, trust), trust)
    subjects: list[tuple[str, Record]] = []
    targets: list[tuple[str, Record]] = []
    for row in repository.active_documents(session):
        record = _record(row)
        if record["kind"] == golden.subject_kind and row.profile_id in qrels:
            subjects.append((row.profile_id, record))
        if record["kind"] == golden.target_kind and record.get("visibility") != Visibility.HIDDEN:
            targets.append((row.profile_id, record))
    return JudgedSet(
        name=golden.name,
        subject_kind=Kind(golden.subject_kind),
        target_kind=Kind(golden.target_kind),
        language=None,
        description=golden.description,
        subjects=subjects,
        targets=targets,
        qrels=qrels,
        ignore={subject_id: {subject_id} for subject_id, _ in subjects},
        warnings=_warnings(golden, qrels, subjects, targets),
    )


def _record(row: DocumentRow) -> dict[str, object]:
    profile: dict[str, object] = json.loads(row.profile_json)
    return {"id": row.profile_id, **profile}


def _warnings(
    golden: GoldenSetRow, qrels: Qrels, subjects: Sequence[tuple[str, Record]], targets: Sequence[tuple[str, Record]]
) -> tuple[str, ...]:
    """Judged profiles that cannot take part."""
    unknown_subjects = qrels.keys() - {subject_id for subject_id, _ in subjects}
    judged_targets = {target_id for judged in qrels.values() for target_id in judged}
    unknown_targets = judged_targets - {target_id for target_id, _ in targets}
    told = []
    if unknown_subjects:
        told.append(f"{len(unknown_subjects)} of {len(qrels)} judged subjects are no active {golden.subject_kind}")
    if unknown_targets:
        told.append(f"{len(unknown_targets)} judged targets are no {golden.target_kind} that can be proposed")
    return tuple(told)
