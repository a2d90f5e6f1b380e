"""Random rule sets on few profiles: the benchmark holds, draws alike, and its plain evaluator agrees by hand."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.bench.commands import bench_app
from services.cli.bench.plain_rules import PlainQuestion, may_be_proposed, plain_profile
from services.cli.bench.random_rules import RuleDraw
from services.cli.bench.rich_profiles import rich_profiles
from services.cli.bench.sources import profiles_of
from shared.contracts.kinds import Kind
from shared.contracts.profiles import Investor, Project
from shared.contracts.rules import (
    CONDITION_OPERATORS,
    AtLeast,
    Before,
    Condition,
    DateAttribute,
    Not,
    NotIn,
    NumberAttribute,
    Overlaps,
    Rule,
    SetAttribute,
    parts_of,
)
from shared.contracts.vocabularies import Language

SUBJECT = Investor(source="test", external_id="asks", title="Fictional Capital")
AT_TRL_5 = Project(source="test", external_id="five", title="A fictional project", trl=5, sectors=("Energy",))
SILENT = Project(source="test", external_id="silent", title="A fictional project")
TRL_6 = AtLeast(attribute=NumberAttribute.TRL, value=6)


def is_proposed(project: Project, *, rules: tuple[Rule, ...] = (), filters: tuple[Condition, ...] = ()) -> bool:
    question = PlainQuestion(
        subject=plain_profile("asks", SUBJECT, Language.ENGLISH),
        target_kinds=[Kind.PROJECT],
        filters=filters,
        rules=rules,
        as_of=None,
    )
    return may_be_proposed(question, plain_profile(project.external_id, project, Language.ENGLISH))


def test_small_form_holds_and_reports_every_check(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        bench_app,
        ["rules", "--profiles", "300", "--rule-sets", "40", "--brute-force", "20", "--directory", str(tmp_path),
         "--json", "-"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["checks"] == {
        "0 violations in 40 rule sets": True,
        "0 short answers in 40 rule sets": True,
        "columns and plain evaluator agree on every profile that both judged": True,
        "20 answers equal brute force": True,
    }
    everything = report["rows"][-1]
    assert everything["sets"] == 40
    assert everything["returned"] > 100  # else the sets would refuse nearly everything and show little


def test_a_rule_passes_the_unknown_and_a_filter_does_not() -> None:
    rule = Rule(condition=TRL_6)
    assert is_proposed(SILENT, rules=(rule,))
    assert not is_proposed(SILENT, filters=(TRL_6,))
    assert not is_proposed(AT_TRL_5, rules=(rule,))
    assert is_proposed(AT_TRL_5, rules=(Rule(condition=Not(condition=TRL_6)),))


def test_a_rule_that_is_asked_of_another_kind_refuses_nobody() -> None:
    assert is_proposed(AT_TRL_5, rules=(Rule(condition=TRL_6, applies_to=(Kind.SCENARIO,)),))


def test_the_targets_own_rules_refuse_the_subject() -> None:
    wants_a_place = Rule(condition=Before(attribute=DateAttribute.VALID_UNTIL, day=date(2024, 1, 1)))
    refuses = Rule(condition=Overlaps(attribute=SetAttribute.LANGUAGE, values=("zh",)))
    assert is_proposed(SILENT.model_copy(update={"rules": (wants_a_place,)}))  # unknown of the subject
    assert not is_proposed(SILENT.model_copy(update={"rules": (refuses,)}))  # it is known to be English


def test_not_in_of_the_unknown_holds_in_a_filter() -> None:
    no_energy = NotIn(attribute=SetAttribute.SECTOR, values=("ENERGY",))
    assert is_proposed(SILENT, filters=(no_energy,))
    assert not is_proposed(AT_TRL_5, filters=(no_energy,))


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_seeds_draw_equal_sets_and_profiles(seed: int) -> None:
    first, second = RuleDraw((seed, 1)), RuleDraw((seed, 1))
    assert [first.rule_set(5) for _ in range(20)] == [second.rule_set(5) for _ in range(20)]
    profiles = profiles_of(None, 30)
    assert rich_profiles(profiles, seed) == rich_profiles(profiles, seed) != profiles


def test_every_operator_is_drawn() -> None:
    draw = RuleDraw((0, 1))
    sets = [draw.rule_set(5) for _ in range(200)]
    conditions = [one for drawn in sets for one in (*drawn.filters, *(rule.condition for rule in drawn.rules))]
    assert {op for condition in conditions for op in operators_of(condition)} == set(CONDITION_OPERATORS)


def operators_of(condition: Condition) -> set[str]:
    return {condition.op}.union(*(operators_of(part) for part in parts_of(condition)))
