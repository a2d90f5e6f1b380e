"""Where the relevant stand, by hand."""

from services.matcher.evaluation.rank_distribution import BUCKETS, rank_distribution


def test_buckets_cover_all_ranks() -> None:
    assert BUCKETS == ("1", "2-3", "4-10", "11-30", "31-100", "below 100")


def test_every_relevant_pair_is_counted_once() -> None:
    ranking = [f"t{number}" for number in range(1, 151)]
    relevance = {"t1": 2, "t3": 1, "t4": 1, "t10": 0, "t30": 1, "t31": 1, "t100": 1, "t101": 1, "gone": 1}
    counts = rank_distribution({"q": ranking}, {"q": relevance, "unanswered": {"t1": 1}})
    assert counts == {"1": 1, "2-3": 1, "4-10": 1, "11-30": 1, "31-100": 2, "below 100": 3}
