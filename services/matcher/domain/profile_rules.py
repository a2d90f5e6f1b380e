"""The rules of a profile: those that it declares, and those that its fields say plainly enough; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.matcher.domain.amounts import amount_usd
from services.matcher.domain.profile_fields import field_value
from shared.contracts.explanations import RuleSource
from shared.contracts.kinds import Kind
from shared.contracts.parts import Region
from shared.contracts.profiles import ProfileCommon
from shared.contracts.rules import (
    MAX_NODES,
    AtLeast,
    Condition,
    NotIn,
    NumberAttribute,
    Or,
    Overlaps,
    Range,
    Rule,
    SetAttribute,
    Within,
)
from shared.contracts.vocabularies import CompanyStage, Provenance

_ROUNDS = (
    CompanyStage.SEED_ANGEL,
    CompanyStage.PRE_A,
    CompanyStage.SERIES_A,
    CompanyStage.SERIES_B,
    CompanyStage.SERIES_C_PLUS,
    CompanyStage.GROWTH,
    CompanyStage.PUBLIC_MARKET,
)
"""Stages that place a company; an idea, an award's phase, an unnamed venture or a strategic round do not."""
_BEFORE_ANY_ROUND = frozenset({CompanyStage.IDEA, CompanyStage.FEASIBILITY, CompanyStage.PROTOTYPE})
_ANY_ROUND = frozenset({CompanyStage.VENTURE, CompanyStage.STRATEGIC})
_HISTORY: Mapping[str, str] = {"stages": "stage_counts", "regions": "region_counts"}
"""Counts of past deals that a field of an investor may only repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedRule:
    """A rule and where it comes from."""

    rule: Rule
    source: RuleSource
    field: str | None = None
    """The field of a profile that a derived rule stands on; None for the others."""


def profile_rules(profile: ProfileCommon) -> tuple[SourcedRule, ...]:
    """What the profile asks of a counterpart: its own rules first, then the derived ones."""
    declared = (SourcedRule(rule=rule, source=RuleSource.DECLARED) for rule in profile.rules)
    return (*declared, *derived_rules(profile))


def request_rules(rules: Iterable[Rule]) -> tuple[SourcedRule, ...]:
    """The rules that a request adds to the subject's own."""
    return tuple(SourcedRule(rule=rule, source=RuleSource.REQUEST) for rule in rules)


def derived_rules(profile: ProfileCommon) -> tuple[SourcedRule, ...]:
    """Rules read off fields that the owner states plainly: not off inferred ones, nor off what only repeats the past.

    Sectors and a ticket's upper end are no rules: against known deals they refuse true pairs (docs/ranking.md), as a
    sector has many names and a round is often shared.
    """
    return tuple(rule for rule in _derived(profile) if _is_stated(profile, rule.field or ""))


def _derived(profile: ProfileCommon) -> Iterator[SourcedRule]:
    kind: Kind = field_value(profile, "kind")
    if kind is Kind.INVESTOR:
        yield from _of_investor(profile)
    elif kind is Kind.PROJECT:
        yield _HAS_CAPACITY
    elif kind is not Kind.PILOT_PLATFORM:
        yield from _of_demand(profile)


def _is_stated(profile: ProfileCommon, field: str) -> bool:
    """A field beside counts of past deals is taken for their summary unless its provenance says otherwise."""
    provenance = profile.provenance.get(field)
    if provenance is not None:
        return provenance is not Provenance.INFERRED
    counts = _HISTORY.get(field)
    return counts is None or profile.track_record is None or not getattr(profile.track_record, counts)


def _of_investor(profile: ProfileCommon) -> Iterator[SourcedRule]:
    stages: tuple[CompanyStage, ...] = field_value(profile, "stages")
    if stages and _ANY_ROUND.isdisjoint(stages):
        yield _of_projects("stages", _takes_stage(stages))
    bounds = amount_usd(profile)
    if bounds is not None and bounds[0] > 0:
        yield _of_projects("ticket", AtLeast(attribute=NumberAttribute.AMOUNT_USD, value=bounds[0]))
    regions: tuple[Region, ...] = tuple(dict.fromkeys(field_value(profile, "regions")))
    if 0 < len(regions) < MAX_NODES and Region() not in regions:
        places = tuple(Within(region=region) for region in regions)
        yield _of_projects("regions", places[0] if len(places) == 1 else Or(conditions=places))


def _takes_stage(stages: tuple[CompanyStage, ...]) -> Condition:
    """One of the stages, or no round that places the company elsewhere."""
    taken = {*stages, CompanyStage.SEED_ANGEL} if _BEFORE_ANY_ROUND.intersection(stages) else set(stages)
    named = Overlaps(
        attribute=SetAttribute.STAGE, values=tuple(stage.value for stage in CompanyStage if stage in taken)
    )
    others = tuple(stage for stage in _ROUNDS if stage not in taken)
    return Or(conditions=(named, NotIn(attribute=SetAttribute.STAGE, values=others))) if others else named


def _of_demand(profile: ProfileCommon) -> Iterator[SourcedRule]:
    minimum, maximum = field_value(profile, "trl_minimum"), field_value(profile, "trl_maximum")
    if minimum is not None and (maximum is None or minimum > maximum):
        yield _of_projects("trl_minimum", AtLeast(attribute=NumberAttribute.TRL, value=minimum))
    elif maximum is not None:
        condition = Range(attribute=NumberAttribute.TRL, minimum=minimum, maximum=maximum)
        yield _of_projects("trl_maximum" if minimum is None else "trl_minimum", condition)


def _of_projects(field: str, condition: Condition) -> SourcedRule:
    rule = Rule(condition=condition, applies_to=(Kind.PROJECT,))
    return SourcedRule(rule=rule, source=RuleSource.DERIVED, field=field)


_HAS_CAPACITY = SourcedRule(
    rule=Rule(condition=AtLeast(attribute=NumberAttribute.CAPACITY, value=1), applies_to=(Kind.PILOT_PLATFORM,)),
    source=RuleSource.DERIVED,
    field="capacity",
)
