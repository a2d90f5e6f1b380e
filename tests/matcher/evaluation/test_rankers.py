"""The random and the popularity ordering."""

from services.matcher.evaluation.rankers import PopularityRanker, RandomRanker, track_record_total

IDS = [f"t{number}" for number in range(50)]


def test_random_ranking_is_a_permutation_that_repeats() -> None:
    ranking = RandomRanker(IDS, seed=1).rank("q1", 100)
    assert sorted(ranking) == sorted(IDS)
    assert ranking == RandomRanker(list(reversed(IDS)), seed=1).rank("q1", 100)


def test_random_ranking_differs_by_subject_and_by_seed() -> None:
    ranking = RandomRanker(IDS, seed=1).rank("q1", 50)
    assert ranking != RandomRanker(IDS, seed=1).rank("q2", 50)
    assert ranking != RandomRanker(IDS, seed=2).rank("q1", 50)


def test_popularity_puts_the_longest_track_record_first_and_breaks_ties_by_id() -> None:
    ranker = PopularityRanker({"b": 3.0, "c": None, "a": 3.0, "d": 8.0, "e": 0.0})
    assert ranker.rank("q1", 10) == ["d", "a", "b", "c", "e"]
    assert ranker.rank("q1", 2) == ranker.rank("q2", 2) == ["d", "a"]
    assert ranker.is_meaningful


def test_popularity_without_any_track_record_is_an_order_by_id_and_says_so() -> None:
    ranker = PopularityRanker({"b": None, "a": None})
    assert ranker.rank("q1", 10) == ["a", "b"]
    assert not ranker.is_meaningful


def test_total_is_the_portfolio_or_the_awards_before_any_other_count() -> None:
    assert track_record_total({"n_portfolio": 8, "n_descriptions": 90}) == 8
    assert track_record_total({"n_awards": 5, "n_awards_in_text": 30}) == 5
    assert track_record_total({"track_record": {"total": 4}, "n_awards": 5}) == 4
    assert track_record_total({"n_users": 7, "n_visits": 12}) == 12
    assert track_record_total({"n_users": "many", "n_open": True, "title": "no count"}) is None
