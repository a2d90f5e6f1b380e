"""Policies from files, as an evaluation compares them."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from services.cli.evaluate import evaluate_judged
from services.cli.evaluation_rankers import ServedRankers
from services.cli.policy_files import read_policies
from services.cli.problems import CommandProblem
from services.matcher.bootstrap import open_database
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.evaluation.served import POLICIES, pipeline_rankers
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Signal
from tests.matcher.encoders import HashingEncoder
from tests.matcher.evaluation.sets import make_judged_set


def write(folder: Path, name: str, **document: object) -> Path:
    """A policy document in a file; it inherits from the shipped policy unless told otherwise."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"base": SHIPPED_POLICY.revision} | document), encoding="utf-8")
    return path


def test_policy_is_called_as_its_file_and_inherits_the_shipped_weights(tmp_path: Path) -> None:
    file = write(tmp_path, "near", directed={"project>investor": {"words": None}})
    [(name, policy)] = read_policies([file]).items()
    assert name == "near"
    assert Signal.WORDS not in policy.needs_of(Kind.PROJECT, Kind.INVESTOR).signals
    assert policy.base == SHIPPED_POLICY.base


def test_revision_tells_what_the_policy_says_and_not_how_it_is_written(tmp_path: Path) -> None:
    [first] = read_policies([write(tmp_path, "near", floor=0.2)]).values()
    assert re.fullmatch(r"near@[0-9a-f]{8}", first.revision)
    [spelt_out] = read_policies([write(tmp_path, "near", floor=0.2, high=SHIPPED_POLICY.high)]).values()
    [other] = read_policies([write(tmp_path, "near", floor=0.25)]).values()
    assert spelt_out.revision == first.revision != other.revision


def test_document_may_inherit_from_a_file_given_before_it(tmp_path: Path) -> None:
    first = write(tmp_path, "near", floor=0.2)
    second = write(tmp_path, "nearer", base="near", medium=0.5)
    policies = read_policies([first, second])
    assert (policies["nearer"].floor, policies["nearer"].medium) == (0.2, 0.5)
    with pytest.raises(CommandProblem, match=r"nearer\.json: base: 'near' is not known here\. .* --policy near\.json"):
        read_policies([second, first])


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"floor": 2}, r"near\.json: floor: .*\. Lower the value to the bound or below\."),
        ({"flor": 0.2}, r"near\.json: flor: .*\. Remove this field or correct its name\."),
        (
            {"directed": {"project>investor": {"charm": {"weight": 1}}}},
            r"near\.json: directed\.project>investor\.charm",
        ),
        ({"medium": 0.9, "high": 0.1}, r"near\.json: medium: of 0\.9 is above high, 0\.1\. Swap them"),
    ],
)
def test_faulty_document_is_told_with_file_field_and_fix(
    tmp_path: Path, document: dict[str, object], told: str
) -> None:
    with pytest.raises(CommandProblem, match=told):
        ServedRankers(tmp_path / "vectors.db", [write(tmp_path, "near", **document)])


def test_file_that_is_missing_or_called_as_another_ranking_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandProblem, match=r"gone\.json: not readable"):
        read_policies([tmp_path / "gone.json"])
    with pytest.raises(CommandProblem, match="another ranking is called 'served'; give the file another name"):
        read_policies([write(tmp_path, "served")])
    with pytest.raises(CommandProblem, match="another ranking is called 'near'"):
        read_policies([write(tmp_path, "near")] * 2)


def test_policies_rank_through_the_served_pipeline_beside_the_shipped_one(tmp_path: Path) -> None:
    """The policy asks for nothing but the stage, which no profile tells: all tie, and the order is by id."""
    only_stage: dict[Signal, object] = {**dict.fromkeys(Signal, None), Signal.STAGE: {"weight": 1}}
    aimless = write(tmp_path, "aimless", directed={"rd_demand>project": only_stage, "project>rd_demand": only_stage})
    encoder = HashingEncoder()
    database = open_database(f"sqlite:///{tmp_path / 'vectors.db'}")
    store = VectorStore(database, encoder)
    policies = {"served": POLICIES["served"], **read_policies([aimless])}
    report = evaluate_judged(
        make_judged_set(qrels={"q1": {"t5": 1}, "q2": {"t4": 1}}),
        build_rankers=partial(pipeline_rankers, encoder=encoder, store=store, policies=policies),
    )
    database.close()
    assert list(report.rankings) == ["served", "aimless", "popularity", "random"]
    # By id t5 stands fifth and t4 fourth: (1/5 + 1/4) / 2.
    assert report.rankings["aimless"].metrics["mrr@10"].mean == pytest.approx(0.225)
    assert set(report.differences) == {"aimless", "popularity", "random"}
    versions = {name: ranking.versions for name, ranking in report.rankings.items()}
    assert versions["served"] == {"policy": SHIPPED_POLICY.revision, "model": store.model_id}
    assert versions["aimless"] == {"policy": policies["aimless"].revision, "model": store.model_id}
