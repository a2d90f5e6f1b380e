"""A set scored by hand: several rankings, ignored pairs, queries left out."""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest

from services.matcher.evaluation.comparison import FaultyRanking, NothingToEvaluate, UnknownReference, evaluate_set
from services.matcher.evaluation.report import report_json
from services.matcher.evaluation.versions import set_digest
from tests.matcher.evaluation.sets import CORPUS, make_judged_set


class FixedRanker:
    """Ranks what it was told to, and remembers how deep it was asked."""

    def __init__(self, rankings: Mapping[str, Sequence[str]]) -> None:
        self._rankings = rankings
        self.depths: dict[str, int] = {}

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """The given ranking, cut."""
        self.depths[subject_id] = depth
        return self._rankings[subject_id][:depth]


PERFECT = FixedRanker({"q1": ["t1", "t2", "t3"], "q2": ["t5"]})
HALF = FixedRanker({"q1": ["t3", "t1"], "q2": ["t1"]})


def test_means_are_taken_over_the_judged_queries() -> None:
    report = evaluate_set(make_judged_set(), {"served": PERFECT, "dense": HALF})
    assert (report.queries, report.left_out) == (2, 1)
    assert {metric: interval.mean for metric, interval in report.rankings["served"].metrics.items()} == {
        "ndcg@10": 1.0,
        "mrr@10": 1.0,
        "recall@100": 1.0,
        "hit@10": 1.0,
        "precision@10": pytest.approx(0.15),  # two and one of ten
    }
    dense = report.rankings["dense"].metrics
    # q1: t1 at rank 2 of two relevant: (1/log2 3) / (1 + 1/log2 3) = 0.38685; q2: 0.
    assert dense["ndcg@10"].mean == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)) / 2)
    assert dense["mrr@10"].mean == 1 / 4  # (1/2 + 0) / 2
    assert dense["recall@100"].mean == 1 / 4  # (1/2 + 0) / 2
    assert dense["hit@10"].mean == 1 / 2


def test_ignored_pairs_are_dropped_before_scoring_and_leave_room_below() -> None:
    ranker = FixedRanker({"q1": ["t9", "t3", "t1", "t2"], "q2": ["t5"]})
    report = evaluate_set(make_judged_set(ignore={"q1": {"t9", "t3"}}), {"served": ranker})
    assert report.rankings["served"].metrics["ndcg@10"].mean == 1.0
    assert ranker.depths == {"q1": 102, "q2": 100}


def test_a_pair_both_judged_and_ignored_does_not_count_as_missed() -> None:
    ranker = FixedRanker({"q1": ["t2", "t1"], "q2": ["t5"]})
    report = evaluate_set(make_judged_set(ignore={"q1": {"t2"}}), {"served": ranker})
    assert report.rankings["served"].metrics["recall@100"].mean == 1.0


def test_query_whose_relevant_targets_are_not_in_the_corpus_is_left_out() -> None:
    judged = make_judged_set(qrels={"q1": {"t1": 1}, "q2": {"gone": 1}, "q3": {"t3": 0}})
    report = evaluate_set(judged, {"served": FixedRanker({"q1": ["t1"]})})
    assert (report.queries, report.left_out) == (1, 2)


def test_baselines_stand_beside_the_given_rankings() -> None:
    targets = [{**record, "n_awards": number} for number, record in enumerate(CORPUS)]
    report = evaluate_set(make_judged_set(targets=targets), {"served": PERFECT})
    assert list(report.rankings) == ["served", "popularity", "random"]
    # By awards: t5 t4 t3 t2 t1, so q1 finds t2 at rank 4 and q2 finds t5 at rank 1: (1/4 + 1) / 2.
    assert report.rankings["popularity"].metrics["mrr@10"].mean == 0.625
    assert report.rankings["popularity"].is_meaningful


def test_popularity_without_track_records_is_reported_and_flagged() -> None:
    report = evaluate_set(make_judged_set(), {"served": PERFECT})
    assert not report.rankings["popularity"].is_meaningful
    # By id: t1 at rank 1 for q1, t5 at rank 5 for q2: (1 + 1/5) / 2.
    assert report.rankings["popularity"].metrics["mrr@10"].mean == 0.6


def test_differences_are_paired_with_the_served_ranking() -> None:
    report = evaluate_set(make_judged_set(), {"served": PERFECT, "dense": HALF})
    assert report.reference == "served"
    assert set(report.differences) == {"dense", "popularity", "random"}
    assert report.differences["dense"]["mrr@10"].mean == 3 / 4  # 1 - 1/4


def test_without_a_served_ranking_nothing_is_compared() -> None:
    report = evaluate_set(make_judged_set(), {"dense": HALF})
    assert report.reference is None
    assert report.differences == {}


def test_best_names_every_ranking_that_ties() -> None:
    report = evaluate_set(make_judged_set(), {"served": PERFECT, "dense": PERFECT, "lexical": HALF})
    assert report.best("ndcg@10") == {"served", "dense"}


def test_an_order_by_id_is_never_the_best() -> None:
    report = evaluate_set(make_judged_set(), {"served": FixedRanker({"q1": [], "q2": []})}, seed=1)
    assert not report.rankings["popularity"].is_meaningful
    assert "popularity" not in report.best("mrr@10")


def test_differences_come_with_tests_adjusted_over_the_compared_rankings() -> None:
    report = evaluate_set(make_judged_set(), {"served": PERFECT, "dense": HALF})
    p_values = {name: differences["mrr@10"].p_value for name, differences in report.differences.items()}
    assert all(0 < p_value <= 1 for p_value in p_values.values())
    adjusted = {name: differences["mrr@10"].p_holm for name, differences in report.differences.items()}
    assert adjusted["dense"] >= p_values["dense"]
    # An order by id is compared, but takes no part in the correction.
    assert adjusted["popularity"] == p_values["popularity"]


def test_another_reference_may_be_named_and_an_unknown_one_is_refused() -> None:
    rankers = {"served": PERFECT, "dense": HALF}
    report = evaluate_set(make_judged_set(), rankers, reference="dense")
    assert report.differences["served"]["mrr@10"].mean == -3 / 4
    with pytest.raises(UnknownReference, match="'gone'; name one of served, dense, popularity, random"):
        evaluate_set(make_judged_set(), rankers, reference="gone")


def test_further_cutoffs_are_scored_and_ranked_for() -> None:
    ranker = FixedRanker({"q1": ["t3", "t1"], "q2": ["t5"]})
    report = evaluate_set(make_judged_set(), {"served": ranker}, cutoffs=[1, 150])
    assert report.rankings["served"].metrics["hit@1"].mean == 1 / 2
    assert ranker.depths == {"q1": 150, "q2": 150}


def test_slices_and_ranks_are_those_of_the_ranking() -> None:
    facets = {"length": {"q1": ("short",), "q2": ("long",)}}
    dense = evaluate_set(make_judged_set(), {"dense": HALF}, facets=facets).rankings["dense"]
    assert [(one.label, one.queries, one.interval) for one in dense.slices] == [("long", 1, None), ("short", 1, None)]
    assert dense.worst is None
    assert {bucket: count for bucket, count in dense.ranks.items() if count} == {"2-3": 1, "below 100": 2}


class Dated(FixedRanker):
    """A ranking that says what it stands on."""

    versions: ClassVar[Mapping[str, str]] = {"policy": "draft-1"}


def test_versions_name_code_set_and_policy() -> None:
    report = evaluate_set(make_judged_set(), {"served": Dated({"q1": ["t1"], "q2": ["t5"]})}, seed=3)
    assert report.rankings["served"].versions == {"policy": "draft-1"}
    assert report.rankings["random"].versions == {}
    assert report.versions.seed == 3
    assert report.versions.set_digest == set_digest(make_judged_set())


def test_equal_input_gives_an_equal_report() -> None:
    first, second = (evaluate_set(make_judged_set(), {"served": PERFECT, "dense": HALF}, seed=5) for _ in range(2))
    assert report_json([first]) == report_json([second])


def test_json_has_the_metrics_beside_their_intervals() -> None:
    entry = report_json([evaluate_set(make_judged_set(), {"served": PERFECT})])["sets"]
    assert isinstance(entry, list)
    assert entry[0]["name"] == "tiny"
    assert entry[0]["queries"] == 2
    served = entry[0]["rankings"]["served"]
    metrics = {"ndcg@10": 1.0, "mrr@10": 1.0, "recall@100": 1.0, "hit@10": 1.0}
    assert {metric: served[metric] for metric in metrics} == metrics
    assert {metric: served["intervals"][metric] for metric in metrics} == {metric: [1.0, 1.0] for metric in metrics}
    assert served["meaningful"] is True
    # Of three results and one, t3 alone is unjudged; t1 to t3 and t5 are shown. Exposures, ascending: t4 0, t3 1/2,
    # t2 .63093, t1 1, t5 1, of 3.13093 in all: (-2 / 2 + 0 + 2 * 1 + 4 * 1) / (5 * 3.13093) = .31939.
    assert served["measures"] == {
        "answered": 1.0,
        "coverage@10": 4 / 5,
        "exposure_gini@10": pytest.approx(0.31939, abs=1e-5),
        "unjudged@10": pytest.approx((1 / 3 + 0) / 2),
    }
    assert entry[0]["rankings"]["popularity"]["meaningful"] is False


def test_progress_reaches_the_end_of_every_ranking() -> None:
    told: dict[str, tuple[int, int]] = {}
    evaluate_set(
        make_judged_set(),
        {"served": PERFECT},
        progress=lambda stage, done, total: told.update({stage: (done, total)}),
    )
    assert told == {"served": (2, 2), "popularity": (2, 2), "random": (2, 2)}


def test_a_target_named_twice_is_refused() -> None:
    ranker = FixedRanker({"q1": ["t1", "t1"], "q2": ["t5"]})
    with pytest.raises(FaultyRanking, match="'served' names a target twice for query 'q1'"):
        evaluate_set(make_judged_set(), {"served": ranker})


def test_a_set_without_any_relevant_target_is_refused() -> None:
    with pytest.raises(NothingToEvaluate, match="tiny: no query has a relevant target"):
        evaluate_set(make_judged_set(qrels={"q1": {"gone": 1}}), {"served": PERFECT})
