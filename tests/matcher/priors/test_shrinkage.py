"""Small counts are drawn towards their group, as far as groups differ no more than chance makes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.priors.shrinkage import DEFAULT_STRENGTH, STRONGEST, Counted, shrunk, strength_of


def test_by_hand() -> None:
    # 3 of 4 said yes; the group says yes in half of the cases and weighs 10 answers: (3 + 5) / (4 + 10).
    assert shrunk(Counted(asked=4, yes=3), 0.5, 10) == 8 / 14
    assert shrunk(Counted(), 0.3, 10) == pytest.approx(0.3)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.01, 0.99), st.floats(0.5, 100))
def test_a_shrunk_share_lies_between_the_counted_one_and_the_groups(
    yes: int, no: int, mean: float, strength: float
) -> None:
    counted = Counted(asked=yes + no, yes=yes)
    share = shrunk(counted, mean, strength)
    own = yes / (yes + no) if yes + no else mean
    assert min(own, mean) - 1e-9 <= share <= max(own, mean) + 1e-9
    more = Counted(asked=10 * counted.asked, yes=10 * counted.yes)
    assert abs(shrunk(more, mean, strength) - own) <= abs(share - own) + 1e-9


def families(strength: float, groups: int, asked: int) -> list[list[Counted]]:
    generator = np.random.default_rng(7)
    shares = generator.beta(0.4 * strength, 0.6 * strength, groups)
    return [[Counted(asked=asked, yes=float(generator.binomial(asked, share))) for share in shares]]


@pytest.mark.parametrize("strength", [4.0, 20.0])
def test_the_strength_that_groups_were_drawn_with_is_found(strength: float) -> None:
    assert strength_of(families(strength, 2_000, 15)) == pytest.approx(strength, rel=0.15)


def test_groups_that_differ_by_chance_alone_are_drawn_together() -> None:
    generator = np.random.default_rng(1)
    alike = [[Counted(asked=20, yes=float(generator.binomial(20, 0.3))) for _ in range(400)]]
    assert strength_of(alike) > 100
    same = [[Counted(asked=10, yes=4)] * 50]
    assert strength_of(same) == STRONGEST


def test_too_few_groups_tell_nothing_of_how_they_differ() -> None:
    assert strength_of([[Counted(asked=9, yes=1), Counted(asked=9, yes=8)]]) == DEFAULT_STRENGTH
    assert strength_of([]) == DEFAULT_STRENGTH
    assert strength_of([[Counted(asked=9, yes=9)] * 40]) == DEFAULT_STRENGTH  # nobody ever said no
