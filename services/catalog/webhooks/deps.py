"""What a route of webhooks may ask for."""

from typing import Annotated

from fastapi import Depends, Path

from services.catalog.deps import Now, Settings
from services.catalog.webhooks.errors import WebhooksNotConfigured
from services.catalog.webhooks.running import signing_key_of, url_rules_of
from services.catalog.webhooks.service import Desk
from shared.kit.identity import CurrentPrincipal


async def _desk(principal: CurrentPrincipal, settings: Settings, now: Now) -> Desk:
    key = signing_key_of(settings)
    if key is None:
        raise WebhooksNotConfigured
    return Desk(principal=principal, key=key, urls=url_rules_of(settings), now=now)


AtDesk = Annotated[Desk, Depends(_desk)]
"""Raises WebhooksNotConfigured where there is no key."""
WebhookId = Annotated[str, Path(description="`whk_` and 32 hexadecimal digits.", pattern="^[^:/]+$", max_length=200)]
