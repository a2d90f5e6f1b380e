"""The second judgement of an answer agrees with the first, and finds what the first must never let through."""

from dataclasses import replace
from typing import Any

import pytest

from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import Answer, Matchmaker
from services.matcher.matching.violations import violations
from shared.contracts.matches import MatchRequest
from shared.contracts.vocabularies import Visibility
from tests.matcher.encoders import HashingEncoder
from tests.matcher.profile_collections import ALL_KINDS, make_publisher, random_versions

ENERGY = {"op": "in", "attribute": "sector", "values": ["energy"]}
SUBJECTS = [f"p{number:04}" for number in range(0, 300, 13)]


@pytest.fixture(scope="module")
def matchmaker(shared_indexer: Indexer) -> Matchmaker:
    publisher = make_publisher(shared_indexer, random_versions(5, 300))
    return Matchmaker(publisher=publisher, indexer=shared_indexer, encoder=HashingEncoder())


def asked(subject: str, **fields: Any) -> MatchRequest:
    given = {"subject_id": subject, "target_kinds": ALL_KINDS, "limit": 200, "floor": 0}
    return MatchRequest.model_validate(given | fields)


def answer(matchmaker: Matchmaker, subject: str, **fields: Any) -> Answer:
    return matchmaker.answer(asked(subject, **fields), matchmaker.current)


@pytest.mark.parametrize(
    "fields",
    [{}, {"filters": [ENERGY]}, {"rules": [{"condition": ENERGY}]}, {"as_of": "2026-05-01"}],
    ids=["plain", "filter", "rule", "day"],
)
def test_no_answer_holds_what_it_may_not(matchmaker: Matchmaker, fields: dict[str, Any]) -> None:
    known = {entry.profile_id for entry in matchmaker.current.entries()}
    answers = [answer(matchmaker, subject, **fields) for subject in SUBJECTS if subject in known]
    assert sum(len(one.arranged.matches) for one in answers) > 200
    assert [violations(one) for one in answers] == [()] * len(answers)


@pytest.mark.parametrize(
    "fields",
    [{"target_kinds": ["investor"]}, {"filters": [ENERGY]}, {"rules": [{"condition": ENERGY}]}],
    ids=["kinds", "filter", "rule"],
)
def test_an_answer_to_a_wider_question_violates_a_narrower_one(matchmaker: Matchmaker, fields: dict[str, Any]) -> None:
    subject = next(matchmaker.current.entries()).profile_id
    wide, narrow = answer(matchmaker, subject), answer(matchmaker, subject, **fields)
    allowed = {one.entry.profile_id for one in narrow.arranged.matches}
    forbidden = {one.entry.profile_id for one in wide.arranged.matches} - allowed
    assert forbidden
    assert set(violations(replace(wide, request=narrow.request))) == forbidden


def test_a_hidden_profile_and_the_subject_itself_are_violations(matchmaker: Matchmaker) -> None:
    subject = next(matchmaker.current.entries()).profile_id
    good = answer(matchmaker, subject)
    first, second = good.arranged.matches[:2]
    hidden = replace(first, entry=replace(first.entry, visibility=Visibility.HIDDEN))
    itself = replace(second, entry=replace(second.entry, profile_id=subject))
    bad = replace(good, arranged=replace(good.arranged, matches=(hidden, itself, *good.arranged.matches[2:])))
    assert violations(bad) == (first.entry.profile_id, subject)
