"""The judged sets beside the repository, where they are: every one is read, and popularity scores as published."""

import os
from pathlib import Path

import pytest

from services.matcher.evaluation.comparison import evaluate_set
from services.matcher.evaluation.set_folder import read_judged_set

pytestmark = pytest.mark.quality

DATA = Path(os.environ.get("LIAISON_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data")
REFERENCE = {  # queries with a judged target, targets, nDCG@10 of the track record alone (None: no track record)
    "beir_scifact": (300, 5_183, None),
    "cb13_startup_to_investor": (1_031, 2_180, 0.042),
    "csl_zh": (1_216, 2_000, None),
    "sbir_demand_to_award": (521, 11_682, None),
    "sbir_demand_to_firm_history": (664, 5_618, 0.109),
    "sbir_startup_to_demand": (567, 4_881, None),
    "xquadr_zh_en": (687, 240, None),
    "xquadr_zh_zh": (687, 240, None),
    "zh_startup_to_investor": (322, 838, 0.073),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_real_set_is_read_whole_and_its_popularity_ordering_scores_as_known(name: str) -> None:
    if not (DATA / name / "set.json").exists():
        pytest.skip(f"no judged set at {DATA / name}; point LIAISON_TEST_DATA at the folder of sets")
    queries, targets, popularity = REFERENCE[name]
    judged = read_judged_set(DATA / name)
    report = evaluate_set(judged, {}, resamples=200)
    assert (report.queries, report.targets, report.warnings) == (queries, targets, ())
    ranking = report.rankings["popularity"]
    assert ranking.is_meaningful == (popularity is not None)
    if popularity is not None:
        assert ranking.metrics["ndcg@10"].mean == pytest.approx(popularity, abs=0.005)
