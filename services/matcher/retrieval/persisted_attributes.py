"""Attributes, with the rules among them, as JSON in a saved segment."""

from functools import lru_cache
from typing import Any

from services.matcher.domain.attributes import Attributes
from services.matcher.domain.profile_rules import SourcedRule
from shared.contracts.explanations import RuleSource
from shared.contracts.kinds import Kind
from shared.contracts.rules import DateAttribute, NumberAttribute, Rule, SetAttribute


def attributes_to_json(attributes: Attributes) -> dict[str, object]:
    """JSON values under names of their own, so that they may stand beside others of the document."""
    return {
        "kind": attributes.kind,
        "words": {name: sorted(words) for name, words in attributes.words.items()},
        "numbers": attributes.numbers,
        "regions": attributes.regions,
        "dates": attributes.dates,
        "rules": [[rule.source, rule.field, rule.rule.model_dump_json()] for rule in attributes.rules],
    }


def attributes_from_json(saved: dict[str, Any]) -> Attributes:  # Any: JSON
    """The attributes that `attributes_to_json` wrote."""
    return Attributes(
        kind=Kind(saved["kind"]),
        words={SetAttribute(name): frozenset(words) for name, words in saved["words"].items()},
        numbers={NumberAttribute(name): (lower, upper) for name, (lower, upper) in saved["numbers"].items()},
        regions=tuple(map(tuple, saved["regions"])),
        dates={DateAttribute(name): (first, last) for name, (first, last) in saved["dates"].items()},
        rules=tuple(_rule(source, field, rule_json) for source, field, rule_json in saved["rules"]),
    )


@lru_cache(maxsize=4096)
def _rule(source: str, field: str | None, rule_json: str) -> SourcedRule:
    """Kept: many documents have the same derived rule, and a restart waits for this."""
    return SourcedRule(rule=Rule.model_validate_json(rule_json), source=RuleSource(source), field=field)
