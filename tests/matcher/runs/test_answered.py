"""What is kept of a request: everything but who stays private."""

import json
from typing import Any

import pytest

from services.matcher.runs.answered import request_json
from shared.contracts.matches import MatchRequest
from tests.factories import profile_body

CONTACT = {"name": "Alex Example", "email": "alex@example.org"}


def kept(**profile: Any) -> dict[str, Any]:
    """The profile of a request as it is kept."""
    body = profile_body("project", organisation="Open Cell Works (fictional)", contact=CONTACT, **profile)
    request = MatchRequest.model_validate({"target_kinds": ["investor"], "profile": body})
    MatchRequest.model_validate_json(request_json(request))
    stored: dict[str, Any] = json.loads(request_json(request))["profile"]
    return stored


def test_request_without_a_profile_is_kept_whole() -> None:
    request = MatchRequest.model_validate({"target_kinds": ["project"], "text": {"text": "阀门"}, "limit": 3})
    assert MatchRequest.model_validate_json(request_json(request)) == request


def test_contact_is_not_kept() -> None:
    profile = kept()
    assert "contact" not in profile
    assert profile["organisation"] == "Open Cell Works (fictional)"


@pytest.mark.parametrize("visibility", ["anonymous", "hidden"])
def test_organisation_of_an_unnamed_poster_is_not_kept(visibility: str) -> None:
    profile = kept(visibility=visibility, organisation_unit="Cells", url="https://example.org")
    assert not {"organisation", "organisation_unit", "url", "contact"} & set(profile)
    assert profile["title"]
