"""What is expected of a profile: its own record, that of its like, or nothing."""

import math

import pytest

from services.matcher.domain.facts import profile_facts
from services.matcher.priors.cells import Cell, StageBand, cells_of
from services.matcher.priors.expected import NOTHING_EXPECTED, expected
from services.matcher.priors.shrinkage import DEFAULT_STRENGTH, Counted
from shared.contracts.kinds import Kind
from tests.factories import make_demand, make_investor, make_project

FINANCE = Cell(Kind.INVESTOR, "finance", StageBand.EARLY)
ENERGY = Cell(Kind.INVESTOR, "new_energy", StageBand.EARLY)
PROJECT = Cell(Kind.PROJECT, "finance", StageBand.LATE)


def test_cells_are_kind_field_and_stage() -> None:
    project = make_project(sectors=["semiconductor", "energy"], company_stage="series_b")
    assert cells_of(profile_facts(project)) == (
        Cell(Kind.PROJECT, "integrated_circuits", StageBand.LATE),
        Cell(Kind.PROJECT, "new_energy", StageBand.LATE),
    )
    investor = make_investor(stages=["seed_angel", "series_a"])  # steps 1 to 3: the middle is Pre-A
    assert cells_of(profile_facts(investor)) == (Cell(Kind.INVESTOR, "", StageBand.GROWING),)
    assert cells_of(profile_facts(make_demand())) == (Cell(Kind.RD_DEMAND, "", StageBand.UNKNOWN),)


def test_nothing_is_expected_where_nobody_of_the_kind_was_asked() -> None:
    assert math.isnan(NOTHING_EXPECTED.of("i", [FINANCE]))
    known = expected({"i": Counted(asked=2, yes=1)}, {"i": [FINANCE]})
    assert math.isnan(known.of("p", [PROJECT]))
    assert not math.isnan(known.of("j", [ENERGY]))  # another field, but investors were asked


def test_own_record_over_cell_over_kind_over_all_by_hand() -> None:
    own = {"i": Counted(asked=4, yes=4), "j": Counted(asked=6, yes=0)}
    known = expected(own, {"i": [FINANCE], "j": [ENERGY]})
    # All: (4 + 1) / (10 + 2). The kind: (4 + 10 * 5/12) / 20. Fields: (4 + 10 k) / 14 and 10 k / 16. Few groups: 10.
    overall, strength = 5 / 12, DEFAULT_STRENGTH
    kind = (4 + strength * overall) / 20
    finance, energy = (4 + strength * kind) / 14, strength * kind / 16
    assert known.like([FINANCE]) == pytest.approx(finance)
    assert known.like([FINANCE, ENERGY]) == pytest.approx((finance + energy) / 2)
    assert known.of("i", [FINANCE]) == pytest.approx((4 + strength * finance) / 14)
    assert known.of("new", [FINANCE]) == pytest.approx(finance)
    assert known.of(None, [FINANCE]) == pytest.approx(finance)


def test_a_declared_share_stands_in_for_the_cells_and_gives_way_to_what_was_counted() -> None:
    assert NOTHING_EXPECTED.of("i", [FINANCE], 0.9) == 0.9
    known = expected({"i": Counted(asked=10, yes=0)}, {"i": [FINANCE]})
    assert known.of("j", [FINANCE], 0.9) == 0.9
    assert known.of("i", [FINANCE], 0.9) == pytest.approx(9 / 20)


def test_a_profile_of_two_fields_counts_a_half_for_each() -> None:
    both = expected({"i": Counted(asked=8, yes=8), "j": Counted(asked=4)}, {"i": [FINANCE, ENERGY], "j": [ENERGY]})
    alone = expected({"i": Counted(asked=4, yes=4)}, {"i": [FINANCE]})
    assert both.like([FINANCE]) < alone.like([FINANCE])  # the other half went elsewhere, and j said no
    assert both.like([ENERGY]) < both.like([FINANCE])


def test_the_answers_of_whoever_has_left_count_for_nobody() -> None:
    assert expected({"gone": Counted(asked=5, yes=5)}, {}).kinds == {}
