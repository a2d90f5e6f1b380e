"""The demo's last step of a search: one match is introduced, both sides agree, and it is not proposed again."""

from time import monotonic, sleep
from typing import Any

from services.cli.clients import ServiceClient, ServiceRefusal
from services.cli.demo import display
from shared.contracts.introductions import Introduction, ReleasedContact
from shared.contracts.matches import MatchResponse

_POLL_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 30


def introduce_best(
    subject_id: str, request: dict[str, Any], answer: MatchResponse, catalog: ServiceClient, matcher: ServiceClient
) -> None:
    """Ask the best match, which accepts and has the contact of whoever asked; the demo plays both sides."""
    best = answer.matches[0]
    asked = {
        "subject_id": subject_id,
        "target_id": best.profile_id,
        "purpose": "procurement",
        "run_id": answer.run_id,
        "rank": best.rank,
    }
    try:
        introduction = Introduction.model_validate(catalog.post("/v1/introductions", asked))
    except ServiceRefusal as refused:
        if refused.code != "introduction_open":  # kept from an earlier run
            raise
        return
    path = f"/v1/introductions/{introduction.id}"
    accepted = Introduction.model_validate(catalog.post(f"{path}:accept", {}))
    released = ReleasedContact.model_validate(catalog.post(f"{path}/contacts", {"side": "target"}))
    display.show_introduction(accepted, released)
    display.say_not_proposed_again(best.title, _seconds_until_left_out(best.profile_id, request, matcher))


def _seconds_until_left_out(profile_id: str, request: dict[str, Any], matcher: ServiceClient) -> float | None:
    """How long the matcher went on proposing it; None where it still does."""
    began = monotonic()
    while monotonic() - began < _LONGEST_WAIT_SECONDS:
        answer = MatchResponse.model_validate(matcher.post("/v1/matches", request))
        if profile_id not in {one.profile_id for one in answer.matches}:
            return monotonic() - began
        sleep(_POLL_SECONDS)
    return None
