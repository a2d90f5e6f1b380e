"""Golden sets on both databases: judged by hand, from files, from feedback, and evaluated."""

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.catalog.imports.records import profile_from_record
from services.matcher import repositories
from services.matcher.evaluation.comparison import evaluate_set
from services.matcher.evaluation.rankers import RandomRanker
from services.matcher.evaluation.set_folder import read_judged_set
from services.matcher.judgments.errors import (
    GoldenSetArchived,
    GoldenSetExists,
    GoldenSetNotFound,
    JudgmentNotFound,
)
from services.matcher.judgments.event import Event
from services.matcher.judgments.feedback_repository import store_events
from services.matcher.judgments.files import FaultyJudgments
from services.matcher.judgments.service import GoldenSets
from services.matcher.judgments.set_writer import write_set_folder
from services.matcher.judgments.stored_set import stored_judged_set
from services.matcher.matching.indexing import profile_json
from services.matcher.tables import MatchRunRow
from shared.contracts.golden_sets import (
    DeriveRequest,
    GoldenSet,
    GoldenSetDraft,
    JudgmentDraft,
    JudgmentFormat,
    JudgmentSource,
)
from shared.contracts.profiles import Profile
from shared.kit.database import Database
from tests.factories import make_investor, make_project
from tests.matcher.judgments.events import make_event, on_the_wire

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ALL = tuple(JudgmentSource)
QRELS = "p1 0 i1 2\np1 0 i2 0\np2 0 i1 3\n"
CSV = (
    "subject_id,target_id,grade,note,by,source\n"
    'p1,i1,2,"fits, says she",ann,manual\n'
    "p1,i1,1,,ben,manual\n"
    "p1,i1,0,declined: wrong_stage,ann,response\n"
    "p2,i1,3,投资了,ann,outcome\n"
)


@pytest.fixture
def sets(database_on_both: Database) -> GoldenSets:
    return GoldenSets(database_on_both, clock=lambda: NOW)


@pytest.fixture
def golden(sets: GoldenSets) -> GoldenSet:
    return create(sets)


def create(sets: GoldenSets, name: str = "set") -> GoldenSet:
    return sets.create(
        GoldenSetDraft.model_validate({"name": name, "subject_kind": "project", "target_kind": "investor"})
    )


def judged(subject: str = "p1", target: str = "i1", grade: int = 2, by: str = "ann") -> JudgmentDraft:
    return JudgmentDraft(subject_id=subject, target_id=target, grade=grade, by=by)


def hold(database: Database, profiles: dict[str, Profile]) -> None:
    """Store profiles as the follower does."""
    rows = [
        {
            "profile_id": profile_id,
            "revision": 1,
            "feed_seq": number,
            "is_active": True,
            "profile_json": profile_json(profile),
            "passage_hashes": "",
        }
        for number, (profile_id, profile) in enumerate(profiles.items(), start=1)
    ]
    with database.write() as session:
        repositories.write_documents(session, rows)


def hold_usual(database: Database) -> None:
    projects = {f"p{number}": make_project(external_id=f"p{number}", title=f"Project {number}") for number in range(4)}
    investors = {f"i{number}": make_investor(external_id=f"i{number}", title=f"Fund {number}") for number in range(4)}
    hidden = {"i9": make_investor(external_id="i9", title="Hidden fund", visibility="hidden")}
    hold(database, {**projects, **investors, **hidden})


def keep(database: Database, *events: Event) -> None:
    with database.write() as session:
        store_events(session, map(on_the_wire, events))


def rows_of(sets: GoldenSets, golden: GoldenSet) -> list[tuple[str, str, str, str, int]]:
    page = sets.judgments(golden.id, ALL, None, None, 500)
    return [(one.subject_id, one.target_id, one.source.value, one.by, one.grade) for one in page.items]


def test_judge_keeps_one_judgment_of_a_pair_and_each_judge_its_own(sets: GoldenSets, golden: GoldenSet) -> None:
    sets.judge(golden.id, judged(grade=1))
    told = sets.judge(golden.id, judged(grade=3))
    sets.judge(golden.id, judged(by="ben", grade=0))
    assert (told.grade, told.source, told.at) == (3, JudgmentSource.MANUAL, NOW)
    assert rows_of(sets, golden) == [("p1", "i1", "manual", "ann", 3), ("p1", "i1", "manual", "ben", 0)]
    sets.forget(golden.id, ("p1", "i1", "manual", "ann"))
    assert rows_of(sets, golden) == [("p1", "i1", "manual", "ben", 0)]
    with pytest.raises(JudgmentNotFound):
        sets.forget(golden.id, ("p1", "i1", "manual", "ann"))


def test_qrels_come_out_as_they_went_in(sets: GoldenSets, golden: GoldenSet) -> None:
    report = sets.import_file(golden.id, QRELS.encode(), JudgmentFormat.QRELS, by="ann")
    assert (report.rows, report.created, report.unknown_subjects, report.unknown_targets) == (3, 3, 2, 2)
    assert sets.export_file(golden.id, JudgmentFormat.QRELS) == QRELS


def test_csv_comes_out_as_it_went_in_with_sources_apart(sets: GoldenSets, golden: GoldenSet) -> None:
    sets.import_file(golden.id, CSV.encode(), JudgmentFormat.CSV, by="nobody")
    exported = sets.export_file(golden.id, JudgmentFormat.CSV)
    assert exported == CSV
    assert sets.read(golden.id).judgments == {"manual": 2, "outcome": 1, "response": 1, "clicks": 0}
    other = create(sets, "other")
    sets.import_file(other.id, exported.encode(), JudgmentFormat.CSV, by="nobody")
    assert sets.export_file(other.id, JudgmentFormat.CSV) == CSV
    by_response = sets.export_file(golden.id, JudgmentFormat.QRELS, [JudgmentSource.RESPONSE])
    assert by_response == "p1 0 i1 0\n"
    assert sets.export_file(golden.id, JudgmentFormat.QRELS) == "p1 0 i1 1\np2 0 i1 3\n"  # the stricter of two judges


def test_second_import_says_what_changed(sets: GoldenSets, golden: GoldenSet) -> None:
    sets.import_file(golden.id, QRELS.encode(), JudgmentFormat.QRELS, by="ann")
    report = sets.import_file(golden.id, b"p1 0 i1 2\np1 0 i2 1\np1 0 i3 1\n", JudgmentFormat.QRELS, by="ann")
    assert (report.created, report.replaced, report.unchanged) == (1, 1, 1)


def test_faulty_file_leaves_the_set_as_it_was(sets: GoldenSets, golden: GoldenSet) -> None:
    sets.judge(golden.id, judged())
    with pytest.raises(FaultyJudgments):
        sets.import_file(golden.id, b"p1 0 i2 1\np1 0 i3 9\n", JudgmentFormat.QRELS, by="ann")
    assert len(rows_of(sets, golden)) == 1


def test_archived_set_is_read_and_takes_nothing(sets: GoldenSets, golden: GoldenSet) -> None:
    sets.judge(golden.id, judged())
    sets.archive(golden.id)
    assert sets.page(None, 10, with_archived=False).items == ()
    assert [one.is_archived for one in sets.page(None, 10, with_archived=True).items] == [True]
    assert sets.export_file(golden.id, JudgmentFormat.QRELS) == "p1 0 i1 2\n"
    for write in (
        lambda: sets.judge(golden.id, judged()),
        lambda: sets.import_file(golden.id, QRELS.encode(), JudgmentFormat.QRELS, by="ann"),
        lambda: sets.derive(golden.id, DeriveRequest()),
        lambda: sets.forget(golden.id, ("p1", "i1", "manual", "ann")),
    ):
        with pytest.raises(GoldenSetArchived):
            write()


def test_names_are_unique_and_unknown_sets_are_told(sets: GoldenSets, golden: GoldenSet) -> None:
    with pytest.raises(GoldenSetExists):
        create(sets, golden.name)
    with pytest.raises(GoldenSetNotFound):
        sets.read("gst_gone")


def test_pages_hold_every_judgment_once(sets: GoldenSets, golden: GoldenSet) -> None:
    for number in range(7):
        sets.judge(golden.id, judged(target=f"i{number}"))
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = sets.judgments(golden.id, ALL, "p1", cursor, 3)
        found += [one.target_id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [f"i{number}" for number in range(7)]
    assert sets.judgments(golden.id, (JudgmentSource.CLICKS,), None, None, 3).items == ()


def test_judges_who_write_together_all_find_their_judgment(sets: GoldenSets, golden: GoldenSet) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: sets.judge(golden.id, judged(by=f"judge {number % 4}")), range(32)))
    assert len(rows_of(sets, golden)) == 4


def test_derived_judgments_keep_apart_from_manual_ones_and_replace_their_own(
    sets: GoldenSets, golden: GoldenSet, database_on_both: Database
) -> None:
    hold_usual(database_on_both)
    sets.judge(golden.id, judged("p1", "i1", 1))
    keep(
        database_on_both,
        make_event("accepted", "i1", "p1"),
        make_event("declined", "i2", "p1", reason="amount_does_not_fit"),
        make_event("declined", "i3", "p1", reason="busy"),
        make_event("outcome", "i1", "p2", outcome="investment"),
        make_event("accepted", "p1", "p2"),  # not between the set's kinds
        make_event("accepted", "gone", "p1"),
    )
    report = sets.derive(golden.id, DeriveRequest())
    assert (report.judgments, report.events, report.without_grade) == ({"outcome": 1, "response": 2, "clicks": 0}, 4, 1)
    rows = rows_of(sets, golden)
    assert set(rows) == {
        ("p1", "i1", "manual", "ann", 1),
        ("p1", "i1", "response", "ann", 2),
        ("p1", "i2", "response", "ann", 0),
        ("p2", "i1", "outcome", "ann", 3),
    }
    keep(database_on_both, make_event("declined", "i1", "p1", reason="not_relevant"))
    again = sets.derive(golden.id, DeriveRequest(sources=(JudgmentSource.RESPONSE, JudgmentSource.MANUAL)))
    assert again.replaced == 2
    assert ("p1", "i1", "response", "ann", 0) in rows_of(sets, golden)
    assert ("p2", "i1", "outcome", "ann", 3) in rows_of(sets, golden)
    assert ("p1", "i1", "manual", "ann", 1) in rows_of(sets, golden)


def record_run(database: Database, run_id: str, targets: list[str]) -> None:
    answer = {"matches": [{"profile_id": target, "rank": rank} for rank, target in enumerate(targets, start=1)]}
    with database.write() as session:
        session.add(
            MatchRunRow(
                run_id=run_id,
                subject_id="p1",
                policy="reciprocal-1",
                snapshot="s1",
                feed_seq=1,
                request=zlib.compress(b"{}"),
                answer=zlib.compress(json.dumps(answer).encode()),
                answered=1,
                created_at=NOW,
                last_answered_at=NOW,
            )
        )


def test_clicks_are_judged_by_the_places_of_the_recorded_run(
    sets: GoldenSets, golden: GoldenSet, database_on_both: Database
) -> None:
    """Forty people see both lists. The third of one is clicked half as often as the first, of the other never."""
    hold_usual(database_on_both)
    record_run(database_on_both, "run_a", ["i1", "i2", "i3"])
    record_run(database_on_both, "run_b", ["i0", "i2", "i1"])
    clicked = {"i1": 40, "i2": 2, "i3": 20}
    keep(
        database_on_both,
        *(
            make_event("opened", target, "p1", by=f"person {person}", run_id="run_a")
            for target, people in clicked.items()
            for person in range(people)
        ),
        *(make_event("opened", "i0", "p2", by=f"person {person}", run_id="run_b") for person in range(40)),
    )
    report = sets.derive(golden.id, DeriveRequest(sources=(JudgmentSource.CLICKS,)))
    grades = {row[:2]: row[4] for row in rows_of(sets, golden)}
    # 102 of 240 are clicked. Smoothed: rank 1 (80 + 20 x .425) / 100 = .885, rank 2 (2 + 20 x .885) / 100 = .197,
    # rank 3 (20 + 20 x .197) / 100 = .239. So p1 and i1: 40 / 35.4 = 1.13; i2: 2 / 7.9 = .25; i3: 20 / 9.6 = 2.09.
    assert grades == {("p1", "i2"): 0, ("p1", "i3"): 2, ("p2", "i1"): 0, ("p2", "i2"): 0}
    assert [rate.impressions for rate in report.position_rates] == [80, 80, 80]
    assert {row[3] for row in rows_of(sets, golden)} == {"click log"}
    strict = sets.derive(golden.id, DeriveRequest(sources=(JudgmentSource.CLICKS,), minimum_impressions=41))
    assert strict.judgments[JudgmentSource.CLICKS] == 0
    assert strict.too_few_impressions == 6


def test_stored_set_is_evaluated_over_what_the_matcher_holds(
    sets: GoldenSets, golden: GoldenSet, database_on_both: Database, tmp_path: Path
) -> None:
    hold_usual(database_on_both)
    sets.import_file(golden.id, (QRELS + "p3 0 gone 1\ngone 0 i1 1\n").encode(), JudgmentFormat.QRELS, by="ann")
    with database_on_both.read() as session:
        stored = stored_judged_set(session, golden.id)
    assert [subject_id for subject_id, _ in stored.subjects] == ["p1", "p2", "p3"]
    assert [target_id for target_id, _ in stored.targets] == ["i0", "i1", "i2", "i3"]
    assert stored.evaluated() == {"p1": {"i1": 2, "i2": 0}, "p2": {"i1": 3}}
    assert [warning.split()[0] for warning in stored.warnings] == ["1", "1"]
    report = evaluate_set(stored, {"served": RandomRanker(["i0", "i1", "i2", "i3"], seed=1)}, resamples=10)
    assert report.queries == 2
    write_set_folder(stored, tmp_path / "folder")
    again = read_judged_set(tmp_path / "folder")
    assert (again.subjects, again.targets, again.qrels) == (stored.subjects, stored.targets, stored.qrels)
    assert (again.name, again.ignore) == (stored.name, stored.ignore)


def test_record_of_a_stored_profile_is_read_back_as_that_profile(
    sets: GoldenSets, golden: GoldenSet, database_on_both: Database
) -> None:
    project = make_project(
        summary="A polymer electrolyte.",
        sectors=["energy"],
        trl=6,
        needs=[{"text": "A pilot line", "type": "pilot_test"}],
    )
    hold(database_on_both, {"p1": project, "i1": make_investor(thesis="Batteries.", sectors=["energy"])})
    sets.judge(golden.id, judged())
    with database_on_both.read() as session:
        stored = stored_judged_set(session, golden.id)
    [(_, record)] = stored.subjects
    assert profile_from_record(record, kind=project.kind, source="tests") == project


def test_trust_decides_what_is_evaluated(sets: GoldenSets, golden: GoldenSet, database_on_both: Database) -> None:
    hold_usual(database_on_both)
    sets.import_file(golden.id, CSV.encode(), JudgmentFormat.CSV, by="nobody")
    with database_on_both.read() as session:
        assert stored_judged_set(session, golden.id).qrels["p1"] == {"i1": 1}
        assert stored_judged_set(session, golden.id, [JudgmentSource.RESPONSE]).qrels == {"p1": {"i1": 0}}
