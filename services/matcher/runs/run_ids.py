"""Names of answers: equal requests answered from equal versions have equal ids."""

import json
import re
from collections.abc import Collection
from hashlib import sha256

from shared.contracts.matches import MatchRequest, Provenance

_RUN_ID = re.compile("run_[0-9a-f]{32}")
_NOT_ASKED = {"record_run", "min_feed_seq"}  # they say when and how to answer, not what


def run_id(request: MatchRequest, provenance: Provenance, *, withheld: Collection[str] = ()) -> str:
    """`run_` and half of the SHA-256 of the request, defaults filled in, and the versions, as canonical JSON.

    `withheld` are the profiles left out for their exposure or capacity. Exposure grows with every answer, and capacity
    is taken up by earlier requests of a batch: no version names either, so the answer's id must.
    """
    named = {
        "request": request.model_dump(mode="json", exclude=_NOT_ASKED),
        "provenance": provenance.model_dump(mode="json"),
        "withheld": sorted(withheld),
    }
    canonical = json.dumps(named, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"run_{sha256(canonical.encode()).hexdigest()[:32]}"


def is_run_id(text: str) -> bool:
    """Whether the text has the form of a run id."""
    return _RUN_ID.fullmatch(text) is not None
