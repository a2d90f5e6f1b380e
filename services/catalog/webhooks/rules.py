"""Where webhooks may lead, and who may see and change them; pure."""

from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from services.catalog.webhooks.addresses import AddressPolicy
from services.catalog.webhooks.errors import FaultyWebhook, NotYourWebhooks
from shared.kit.identity import Permission, Principal

_LAST_PORT = 65_535
MOST_WEBHOOKS = 20
"""Of one organisation, and of the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """Which addresses are taken."""

    allow_http: bool
    addresses: AddressPolicy

    def check(self, text: str) -> str:
        """The address as it is kept; raises FaultyWebhook. What a name leads to is checked at each connection."""
        try:
            url = httpx.URL(text)
            host = url.raw_host.decode("ascii")
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise FaultyWebhook("url", "is no URL", "Send one such as https://hooks.example.org/liaison.") from error
        if url.scheme not in (("https", "http") if self.allow_http else ("https",)) or not host:
            fix = "Send https://...; http:// is for development, by LIAISON_CATALOG_WEBHOOK_ALLOW_HTTP."
            raise FaultyWebhook("url", "is not an https address", fix)
        if url.port is not None and not 0 < url.port <= _LAST_PORT:
            raise FaultyWebhook("url", "names no port that there is", f"Use 1 to {_LAST_PORT}, or leave it out.")
        if url.userinfo or url.fragment:
            raise FaultyWebhook("url", "holds a password or a fragment", "Leave out what stands before @ or after #.")
        if not self._may_lead_to(host):
            fix = "Use a public address, or have the operator allow its network (WEBHOOK_ALLOWED_NETWORKS)."
            raise FaultyWebhook("url", "leads to a private network or to the catalog's own machine", fix)
        return str(url)

    def _may_lead_to(self, host: str) -> bool:
        if host == "localhost" or host.endswith(".localhost"):
            return self.addresses.allows("127.0.0.1") or self.addresses.allows("::1")
        try:
            ip_address(host)
        except ValueError:
            return True
        return self.addresses.allows(host)


def owner_of_new(principal: Principal, wanted: str | None) -> str | None:
    """Whose a new endpoint is: the caller's organisation's, or the platform's (None); raises NotYourWebhooks."""
    acts_for_platform = principal.is_local or principal.is_staff
    if wanted is not None and (acts_for_platform or principal.owns(wanted)):
        return wanted
    if wanted is None and (acts_for_platform or principal.organization_id is not None):
        return principal.organization_id
    raise NotYourWebhooks


def changes(principal: Principal, organization_id: str | None) -> bool:
    """Whether the caller may change an endpoint of an organisation, or of the platform."""
    return principal.is_local or principal.is_staff or principal.owns(organization_id)


def reads_all(principal: Principal) -> bool:
    """Whether the caller sees every endpoint."""
    return principal.is_local or principal.is_staff or principal.may(Permission.AUDIT_READ)


def origin_of(url: str) -> str:
    """An address without its path and query, which may hold a token."""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
