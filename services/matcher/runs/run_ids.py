"""Names of answers: equal requests answered from equal versions have equal ids."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

from shared.contracts.matches import MatchRequest, Provenance

_RUN_ID = re.compile("run_[0-9a-f]{32}")
_NOT_ASKED = {"record_run", "min_feed_seq"}  # they say when and how to answer, not what


def run_id(
    request: MatchRequest,
    provenance: Provenance,
    *,
    withheld: Collection[str] = (),
    sees_members: bool = True,
) -> str:
    """`run_` and half of the SHA-256 of the request, defaults filled in, and the versions, as canonical JSON.

    `withheld` are the profiles left out for their exposure or capacity, or for an introduction. Exposure grows with
    every answer, capacity is taken up by earlier requests of a batch, introductions come and go: no version names any
    of them, so the answer's id must. So it must say who may not see profiles for members only.
    """
    named = {
        "request": asked(request),
        "provenance": provenance.model_dump(mode="json"),
        "withheld": sorted(withheld),
    }
    if not sees_members:
        named["viewer"] = "no member"
    return f"run_{named_digest(named).hex()[:32]}"


def round_run_id(request: MatchRequest, provenance: Provenance, targets: Sequence[str]) -> str:
    """The name of a round of recommendations: as above, with whom it names, in its order."""
    named = {"request": asked(request), "provenance": provenance.model_dump(mode="json"), "recommended": list(targets)}
    return f"run_{named_digest(named).hex()[:32]}"


def asked(request: MatchRequest) -> dict[str, Any]:  # Any: JSON
    """What a request asks, defaults filled in: equal for requests that have equal answers."""
    return request.model_dump(mode="json", exclude=_NOT_ASKED)


def named_digest(named: Mapping[str, Any]) -> bytes:  # Any: JSON
    """The SHA-256 of canonical JSON, 32 bytes."""
    canonical = json.dumps(named, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).digest()


def is_run_id(text: str) -> bool:
    """Whether the text has the form of a run id."""
    return _RUN_ID.fullmatch(text) is not None
