"""Calibration against random pairs equals the same done one pair at a time, and is one for both sides."""

import pytest

from services.matcher.matching.indexing import Indexer
from services.matcher.scoring.calibration import Calibration
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Fusion
from tests.matcher.matching.cases import case_of
from tests.matcher.plain_ranking import plain_calibration
from tests.matcher.profile_collections import MODEL_LANGUAGES, random_versions


@pytest.mark.parametrize("kinds", [(Kind.PROJECT, Kind.INVESTOR), (Kind.RD_DEMAND, Kind.PROJECT), (Kind.SCENARIO,) * 2])
@pytest.mark.parametrize("fusion", [Fusion.HARMONIC, Fusion.MINIMUM])
def test_calibration_is_that_of_random_pairs(indexer: Indexer, kinds: tuple[Kind, Kind], fusion: Fusion) -> None:
    case = case_of(indexer, [one.profile for one in random_versions(4, 120)])
    plain = plain_calibration(case.plain, SHIPPED_POLICY, MODEL_LANGUAGES, kinds, fusion)
    there, back = (case.book.pairing(*sides, fusion).calibration for sides in (kinds, kinds[::-1]))
    assert there == back
    assert (there.median, there.top) == pytest.approx((plain.median, plain.top), abs=1e-5)


def test_too_few_random_pairs_give_a_typical_calibration(indexer: Indexer) -> None:
    case = case_of(indexer, [one.profile for one in random_versions(4, 3)])
    found = {case.book.pairing(mine, yours).calibration for mine in Kind for yours in Kind}
    assert found == {Calibration(median=0.14, top=0.26)}


def test_calibration_is_asked_for_once_a_pair_of_kinds(indexer: Indexer) -> None:
    book = case_of(indexer, [one.profile for one in random_versions(4, 40)]).book
    first = book.pairing(Kind.PROJECT, Kind.INVESTOR).calibration
    assert book.pairing(Kind.INVESTOR, Kind.PROJECT).calibration is first
