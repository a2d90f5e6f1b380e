"""What receivers heard against what happened: lost, out of order, repeated, forged, late; pure."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError

from services.cli.soak.webhook_receivers import Answer, Heard

TAKEN = frozenset({Answer.OK, Answer.TWICE})
Step = tuple[str, int]
"""An introduction and its revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Of one receiver."""

    attempts: int
    taken: int
    """Different events."""
    repeated: int
    """Events that it took and was sent again."""
    lost: int
    """Events that happened and that it never took."""
    unknown: int
    """Events that it took and that never happened."""
    out_of_order: int
    """Events that it first took after a later one of the same introduction."""
    unsigned: int
    """Requests that its secret does not verify."""
    delays: tuple[float, ...]
    """Seconds from each event to when it was first taken."""


def audit(heard: Sequence[Heard], expected: Iterable[Step], secret: str) -> Audit:
    """Judge everything that one receiver heard."""
    taken = [one for one in heard if one.answered in TAKEN]
    steps = [_step(one) for one in taken]
    counts, wanted = Counter(steps), set(expected)
    firsts = dict(zip(reversed(steps), reversed(taken), strict=True))
    return Audit(
        attempts=len(heard),
        taken=len(counts),
        repeated=sum(count - 1 for count in counts.values()),
        lost=len(wanted - counts.keys()),
        unknown=len(counts.keys() - wanted),
        out_of_order=_out_of_order(steps),
        unsigned=sum(not _is_signed(one, secret) for one in heard),
        delays=tuple(_delay(one) for one in firsts.values()),
    )


def _out_of_order(steps: Sequence[Step]) -> int:
    newest: dict[str, int] = {}
    seen: set[Step] = set()
    late = 0
    for introduction_id, revision in steps:
        is_first = (introduction_id, revision) not in seen
        late += is_first and revision < newest.get(introduction_id, 0)
        seen.add((introduction_id, revision))
        newest[introduction_id] = max(newest.get(introduction_id, 0), revision)
    return late


def _step(one: Heard) -> Step:
    data = json.loads(one.body)["data"]
    return data["introduction_id"], data["revision"]


def _delay(one: Heard) -> float:
    happened = datetime.fromisoformat(json.loads(one.body)["timestamp"])
    return max((one.at - happened).total_seconds(), 0.0)


def _is_signed(one: Heard, secret: str) -> bool:
    headers = dict(one.headers)
    told, when = headers.get("webhook-signature", ""), headers.get("webhook-timestamp", "")
    if not when.isdigit() or abs(int(when) - one.at.timestamp()) > 300:
        return False
    try:  # the library would judge the age by now, and the audit comes later
        stamped = datetime.fromtimestamp(int(when), one.at.tzinfo)
        return Webhook(secret).sign(headers["webhook-id"], stamped, one.body.decode()) in told.split()
    except (WebhookVerificationError, KeyError, ValueError):
        return False
