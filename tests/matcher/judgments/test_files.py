"""Files of judgments: every fault named with its line, and what is written is read again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.judgments.files import FaultyJudgments, Row, csv_text, qrels_text, read_judgments
from shared.contracts.golden_sets import Judgment, JudgmentFormat, JudgmentSource

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


def read(text: str, form: str = "qrels") -> list[Row]:
    return read_judgments(text.encode(), JudgmentFormat(form), by="ann")


def faults(data: str | bytes, form: str = "qrels") -> list[tuple[str, str]]:
    with pytest.raises(FaultyJudgments) as raised:
        read_judgments(data if isinstance(data, bytes) else data.encode(), JudgmentFormat(form), by="ann")
    assert all(problem.fix for problem in raised.value.errors)
    return [(problem.field, problem.message) for problem in raised.value.errors]


@pytest.mark.parametrize(
    "text", ["s 0 t 2\n", "s\tt\t2", "s\t0\tt\t2\r\n\r\n", "\ufeffs 0 t 2", "query-id\tcorpus-id\tscore\ns\tt\t2\n"]
)
def test_qrels_are_read_in_every_usual_form(text: str) -> None:
    [row] = read(text)
    assert row.key == ("s", "t", "manual", "ann")
    assert row.draft.grade == 2


def test_csv_takes_note_judge_and_source_where_they_are_given() -> None:
    text = 'subject_id,target_id,grade,note,by,source\ns,t,1,"a, ""b""\nc",ben,outcome\ns,u,3,,,\n'
    first, second = read(text, "csv")
    assert (first.draft.note, first.draft.by, first.source) == ('a, "b"\nc', "ben", JudgmentSource.OUTCOME)
    assert (second.draft.note, second.draft.by, second.source, second.line) == (None, "ann", JudgmentSource.MANUAL, 4)


def test_every_line_at_fault_is_named() -> None:
    assert faults("s 0 t 2\ns t\ns 0 u five\ns 0 v 4\ns 0 t 1\n") == [
        ("line 2", "has 2 columns where 4 or 3 belong"),
        ("line 3, grade", "Input should be a valid integer, unable to parse string as an integer"),
        ("line 4, grade", "Input should be less than or equal to 3"),
        ("line 5", "judges the pair of line 1 again"),
    ]


@pytest.mark.parametrize(
    ("data", "form", "line"),
    [
        ("", "qrels", "line 1"),
        ("", "csv", "line 1"),
        ("subject_id,target_id,grade\n", "csv", "line 1"),
        ("s,t,1\n", "csv", "line 1"),
        ("subject_id,target_id,grade,colour\n", "csv", "line 1"),
        ("subject_id,target_id,grade\ns,t\n", "csv", "line 2"),
        ('subject_id,target_id,grade\n"s"x,t,1\n', "csv", "line 2"),
        ("subject_id,target_id,grade,source\ns,t,1,rumour\n", "csv", "line 2, source"),
        ("subject_id,target_id,grade\ns,t u,1\n", "csv", "line 2, target_id"),
        ("subject_id,target_id,grade\ns,,1\n", "csv", "line 2, target_id"),
        (b"s 0 t 1\ns 0 \xff 1\n", "qrels", "line 2"),
        ("s 0 t\x00 1\n", "qrels", "line 1, target_id"),
        ("s 0 t -1\n", "qrels", "line 1, grade"),
    ],
)
def test_faulty_file_is_refused_with_its_line(data: str | bytes, form: str, line: str) -> None:
    assert faults(data, form)[0][0] == line


ids = st.text(st.characters(min_codepoint=33, max_codepoint=0x9FFF, categories=["L", "N", "P", "S"]), min_size=1)
notes = st.none() | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"], include_characters='\n"'))
judgments = st.builds(
    Judgment,
    subject_id=ids,
    target_id=ids,
    grade=st.integers(0, 3),
    source=st.sampled_from(JudgmentSource),
    by=ids,
    note=notes.map(lambda note: (note or "").strip() or None),
    at=st.just(NOW),
)


def key(one: Judgment) -> tuple[str, str, str, str]:
    return one.subject_id, one.target_id, one.source, one.by


@given(st.lists(judgments, min_size=1, unique_by=key))
def test_csv_that_is_written_is_read_again_to_the_same(many: list[Judgment]) -> None:
    rows = read(csv_text(many), "csv")
    again = [Judgment(**row.draft.model_dump(), source=row.source, at=NOW) for row in rows]
    assert again == many


@given(st.dictionaries(ids, st.dictionaries(ids, st.integers(0, 3), min_size=1), min_size=1))
def test_qrels_that_are_written_are_read_again_to_the_same(qrels: dict[str, dict[str, int]]) -> None:
    again: dict[str, dict[str, int]] = {}
    for row in read(qrels_text(qrels)):
        again.setdefault(row.draft.subject_id, {})[row.draft.target_id] = row.draft.grade
    assert again == qrels
