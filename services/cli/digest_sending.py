"""Passes digests on through the catalog's notifications, each once, to whoever listens for its organisation."""

from services.cli.clients import ServiceClient, ServiceRefusal
from shared.contracts.digests import DIGEST_TYPE, Digest
from shared.contracts.webhooks import Notification

_SENT_BEFORE = "idempotency_key_reused"
"""The digest of a round that was sent, and from which somebody was taken out since."""


def send(catalog: ServiceClient, digest: Digest, page: str) -> int:
    """Queue a recorded round's digest, JSON and mail body; to how many endpoints it goes. Raises CommandProblem.

    The key is the round, so that a round is sent once, however often this runs and in whatever language.
    """
    assert digest.round_id is not None  # a preview has nothing to name it by
    document = {"digest": digest.model_dump(mode="json"), "html": page}
    wanted = Notification(type=DIGEST_TYPE, organization_id=digest.organization_id, document=document)
    try:
        answer = catalog.post(
            "/v1/notifications", wanted.model_dump(mode="json"), headers={"Idempotency-Key": digest.round_id}
        )
    except ServiceRefusal as refusal:
        if refusal.code == _SENT_BEFORE:
            return 0
        raise
    return int(answer["deliveries"])
