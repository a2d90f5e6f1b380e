"""Deals shared with earlier backers, by hand and from both sides."""

import numpy as np
import pytest

from services.matcher.domain.fact_columns import fact_columns
from services.matcher.domain.facts import ProfileFacts, profile_facts
from services.matcher.domain.record_statistics import record_statistics
from services.matcher.scoring.features import structured_signals
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Signal
from tests.factories import make_investor, make_project


def investor(*companies: str) -> ProfileFacts:
    """An investor that names these companies (all made up)."""
    return profile_facts(make_investor(track_record={"items": [{"title": company} for company in companies]}))


def project(title: str = "Alder Grid", **fields: object) -> ProfileFacts:
    return profile_facts(make_project(title=title, **fields))


BACKER = investor("Alder-Grid", "Borea", "Cirrus Loop", "Dunlin")
"""Spells the project's name in its own way."""


def told(subject: ProfileFacts, target: ProfileFacts, *others: ProfileFacts) -> dict[Signal, float]:
    """Values of the side on which the investor offers."""
    statistics = record_statistics([subject, target, *others])
    found = structured_signals(subject, fact_columns([target]), np.array([0]), statistics, target.kind, None)
    signals = found.forward if target.kind is Kind.INVESTOR else found.backward
    return {
        signal: float(signals[signal].value[0])
        for signal in (Signal.CO_INVESTMENT, Signal.ALREADY_BACKED)
        if signal in signals
    }


def test_portfolio_beside_that_of_an_earlier_backer_whoever_asks() -> None:
    newcomer = investor("Borea", "Egret Labs", "Fjord", "Gannet")
    # One company of four and four is shared: cosine 1/4, which is half of what makes 1.
    for one, other in ((project(), newcomer), (newcomer, project())):
        values = told(one, other, BACKER)
        assert values[Signal.CO_INVESTMENT] == pytest.approx(0.5)
        assert np.isnan(values[Signal.ALREADY_BACKED])


def test_who_backs_the_company_already_is_told_apart() -> None:
    for one, other in ((project(), BACKER), (BACKER, project())):
        values = told(one, other)
        assert values[Signal.ALREADY_BACKED] == 1
        assert np.isnan(values[Signal.CO_INVESTMENT])


def test_without_a_known_backer_nothing_is_known() -> None:
    values = told(project("Heron Works"), investor("Borea"), BACKER)
    assert all(np.isnan(value) for value in values.values())


def test_an_anonymous_project_is_not_looked_up_by_its_name() -> None:
    hidden = project(visibility="anonymous")
    assert told(hidden, investor("Borea"), BACKER) == {}
    assert np.isnan(told(investor("Borea"), hidden, BACKER)[Signal.CO_INVESTMENT])
