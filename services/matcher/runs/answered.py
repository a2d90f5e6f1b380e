"""One answer on its way into the store, and as it comes out again."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.matcher.interleaving.team_draft import Drafted
from services.matcher.tables import MatchRunRow
from shared.contracts.matches import MatchRequest, Provenance
from shared.contracts.vocabularies import Visibility
from shared.kit.anonymity import unnamed

_FASTEST = 1
_NAMES_THE_POSTER = {"organisation", "organisation_unit", "url"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedRun:
    """Whose choice each result of an answer was; kept beside the run, told to nobody who reads it."""

    comparison_id: str
    results: tuple[Drafted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRun:
    """What the route hands over once it knows its answer."""

    run_id: str
    request: bytes
    """As `request_json` makes it."""
    answer: bytes
    """The answer's JSON, exactly as it is sent."""
    subject_id: str | None
    provenance: Provenance
    shown: tuple[str, ...]
    """Ids of the profiles that were proposed, each once."""
    draft: DraftedRun | None = None
    """Where the list was drafted from two policies."""

    @property
    def size_bytes(self) -> int:
        """Bytes of both texts."""
        return len(self.request) + len(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """A run as it is found again; both texts are JSON."""

    run_id: str
    request: bytes
    answer: bytes
    answered: int
    first_answered_at: datetime
    last_answered_at: datetime


def request_json(request: MatchRequest) -> bytes:
    """The request with its defaults, without what its poster keeps private: contact, and who an unnamed one is."""
    hidden: set[str] = set()
    if request.profile is not None:
        is_unnamed = request.profile.visibility in (Visibility.ANONYMOUS, Visibility.HIDDEN)
        hidden = {"contact", *(_NAMES_THE_POSTER if is_unnamed else ())}
        request = request.model_copy(update={"profile": unnamed(request.profile)})
    return request.model_dump_json(exclude={"profile": hidden}).encode()


def run_row(run: AnsweredRun, answered: int, first: datetime, last: datetime) -> dict[str, Any]:  # Any: column values
    """The values of a new row."""
    return {
        "run_id": run.run_id,
        "subject_id": run.subject_id,
        "policy": run.provenance.policy,
        "snapshot": run.provenance.snapshot,
        "feed_seq": run.provenance.feed_seq,
        "request": zlib.compress(run.request, _FASTEST),
        "answer": zlib.compress(run.answer, _FASTEST),
        "answered": answered,
        "created_at": first,
        "last_answered_at": last,
    }


def recorded_run(row: MatchRunRow) -> RecordedRun:
    """A stored row, unpacked."""
    return RecordedRun(
        run_id=row.run_id,
        request=zlib.decompress(row.request),
        answer=zlib.decompress(row.answer),
        answered=row.answered,
        first_answered_at=row.created_at,
        last_answered_at=row.last_answered_at,
    )
