"""One grade a pair: the most trusted source decides, several judges by their lower median."""

from services.matcher.judgments.grades import Derived
from services.matcher.judgments.merging import merged
from shared.contracts.golden_sets import JudgmentSource


def judged(source: str, grade: int, target: str = "t", by: str = "ann") -> Derived:
    return Derived(subject_id="s", target_id=target, source=JudgmentSource(source), by=by, grade=grade, note="")


ALL = [judged("clicks", 2), judged("response", 0), judged("outcome", 3), judged("manual", 1)]


def test_manual_over_outcome_over_response_over_clicks() -> None:
    for first, grade in enumerate((1, 3, 0, 2)):
        assert merged(ALL[: 4 - first]) == {"s": {"t": grade}}


def test_order_of_trust_is_the_callers() -> None:
    assert merged(ALL, [JudgmentSource.CLICKS, JudgmentSource.MANUAL]) == {"s": {"t": 2}}


def test_source_that_is_not_named_is_left_out() -> None:
    assert merged([judged("clicks", 2)], [JudgmentSource.MANUAL]) == {}


def test_judges_of_one_source_meet_in_the_lower_median() -> None:
    assert merged([judged("response", 2), judged("response", 0, by="ben")]) == {"s": {"t": 0}}
    three = [judged("manual", grade, by=by) for grade, by in ((3, "a"), (1, "b"), (2, "c"))]
    assert merged(three) == {"s": {"t": 2}}


def test_qrels_are_in_the_order_of_ids() -> None:
    qrels = merged([judged("manual", 1, "b"), judged("manual", 1, "a")])
    assert list(qrels["s"]) == ["a", "b"]
