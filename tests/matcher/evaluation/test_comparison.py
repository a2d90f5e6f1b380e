"""A set scored by hand: several rankings, ignored pairs, queries left out."""

import math
from collections.abc import Mapping, Sequence

import pytest

from services.matcher.evaluation.comparison import FaultyRanking, NothingToEvaluate, evaluate_set
from services.matcher.evaluation.report import report_json
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


def test_json_has_the_metrics_beside_their_intervals() -> None:
    entry = report_json([evaluate_set(make_judged_set(), {"served": PERFECT})])["sets"]
    assert isinstance(entry, list)
    assert entry[0]["name"] == "tiny"
    assert entry[0]["queries"] == 2
    assert entry[0]["rankings"]["served"] == {
        "ndcg@10": 1.0,
        "mrr@10": 1.0,
        "recall@100": 1.0,
        "hit@10": 1.0,
        "intervals": {metric: [1.0, 1.0] for metric in ("ndcg@10", "mrr@10", "recall@100", "hit@10")},
        "meaningful": True,
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
