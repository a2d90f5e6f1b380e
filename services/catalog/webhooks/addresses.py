"""Which network addresses may be asked: public ones, and networks that the operator allows; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_NAT64 = IPv6Network("64:ff9b::/96")
_LAST_32_BITS = 0xFFFFFFFF


class AddressRefused(Exception):
    """The address leads into a private network, to this machine, or to nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """What may be asked."""

    allowed: tuple[Network, ...] = ()
    """Networks that are asked although they are not public."""

    def check(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """All of them, if every single one may be asked; raises AddressRefused. Also for IPv4 inside IPv6."""
        checked = tuple(addresses)
        if not checked or not all(self.allows(one) for one in checked):
            raise AddressRefused
        return checked

    def allows(self, text: str) -> bool:
        """Whether one address may be asked, by every way in which it can be read."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return all(self._allows(one) for one in _readings(address))

    def _allows(self, address: Address) -> bool:
        if any(address in network for network in self.allowed):
            return True
        is_special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
        is_site_local = isinstance(address, IPv6Address) and address.is_site_local
        return address.is_global and not is_special and not is_site_local


def _readings(address: Address) -> list[Address]:
    """The address, or the IPv4 addresses that it stands for: mapped, translated (NAT64) and tunnelled ones."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    last = IPv4Address(int(address) & _LAST_32_BITS)
    if address in _NAT64:
        return [last]
    inside = [one for one in (address.sixtofour, *(address.teredo or ())) if one is not None]
    return [address, *inside]
