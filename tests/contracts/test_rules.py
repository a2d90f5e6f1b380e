"""The rules language takes what it can judge and says what is wrong with the rest."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.contracts.profiles import PROFILE_TYPES, profile_adapter
from shared.contracts.rules import CONDITION_OPERATORS, MAX_DEPTH, MAX_NODES, Condition, Rule
from tests.factories import make_project, profile_body

TRL = {"op": "at_least", "attribute": "trl", "value": 4}
adapter: TypeAdapter[Condition] = TypeAdapter(Condition)


def nested(levels: int) -> dict[str, Any]:
    """A condition of so many levels."""
    return TRL if levels == 1 else {"op": "not", "condition": nested(levels - 1)}


def fault(condition: dict[str, Any]) -> str:
    """What is said of a condition that is refused."""
    with pytest.raises(ValidationError) as caught:
        Rule.model_validate({"condition": condition})
    return str(caught.value.errors()[0]["msg"])


def test_condition_comes_back_from_json_as_it_was() -> None:
    region = {"op": "within", "region": {"country": "中国", "province": "北京市"}}
    condition = {"op": "or", "conditions": [TRL, {"op": "and", "conditions": [region, nested(2)]}]}
    rule = Rule.model_validate({"condition": condition, "applies_to": ["project"], "label": "no rival"})
    assert Rule.model_validate_json(rule.model_dump_json()) == rule


def test_nesting_ends_at_six_levels() -> None:
    assert adapter.validate_python(nested(MAX_DEPTH))
    assert "nested 7 deep, 6 is the most" in fault(nested(MAX_DEPTH + 1))
    assert fault(nested(200))


def test_condition_has_at_most_a_hundred_parts() -> None:
    assert adapter.validate_python({"op": "and", "conditions": [TRL] * (MAX_NODES - 1)})
    assert "has 101 parts, 100 is the most" in fault({"op": "and", "conditions": [TRL] * MAX_NODES})
    half = {"op": "or", "conditions": [TRL] * 50}
    assert "has 103 parts" in fault({"op": "and", "conditions": [half, half]})


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"op": "range", "attribute": "trl", "minimum": 5, "maximum": 4}, "minimum is above maximum"),
        ({"op": "at_least", "attribute": "trl", "value": float("nan")}, "finite"),
        ({"op": "overlaps", "attribute": "trl", "values": ["4"]}, "sector"),
        ({"op": "overlaps", "attribute": "sector", "values": []}, "at least 1"),
        ({"op": "and", "conditions": []}, "at least 1"),
        ({"op": "after", "attribute": "deadline", "day": "soon"}, "date"),
        ({"op": "unlike"}, "'unlike'"),
    ],
)
def test_bad_condition_is_refused_with_its_fault(condition: dict[str, Any], told: str) -> None:
    assert told in fault(condition)


def test_every_operator_is_listed() -> None:
    members = get_args(get_args(Condition)[0])
    assert tuple(member.model_fields["op"].default for member in members) == CONDITION_OPERATORS


def test_no_profile_carries_more_than_fifty_rules() -> None:
    rules = [{"condition": TRL}] * 50
    assert len(make_project(rules=rules).rules) == 50
    with pytest.raises(ValidationError, match="at most 50"):
        profile_adapter.validate_python(profile_body(rules=[*rules, {"condition": TRL}]))


def test_every_kind_of_profile_may_carry_rules() -> None:
    kinds: list[type[BaseModel]] = list(PROFILE_TYPES.values())
    assert all("rules" in kind.model_fields for kind in kinds)
