"""Attributes and rules come back from JSON as they went in."""

import json

from hypothesis import given

from services.matcher.domain.attributes import profile_attributes
from services.matcher.retrieval.persisted_attributes import attributes_from_json, attributes_to_json
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Language
from tests.factories import make_project
from tests.matcher.profile_strategies import languages, profiles_with_rules


@given(profile=profiles_with_rules, language=languages)
def test_attributes_come_back_as_they_were(profile: Profile, language: Language) -> None:
    attributes = profile_attributes(profile, language)
    assert attributes_from_json(json.loads(json.dumps(attributes_to_json(attributes)))) == attributes


def test_equal_rules_are_one_object_again() -> None:
    saved = attributes_to_json(profile_attributes(make_project(), Language.ENGLISH))
    first, second = (attributes_from_json(saved).rules[0] for _ in range(2))
    assert first is second
