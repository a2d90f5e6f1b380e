"""Which addresses may be asked."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.webhooks.addresses import AddressPolicy, AddressRefused

PUBLIC = AddressPolicy()
PRIVATE_NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
]


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_may_be_asked(address: str) -> None:
    assert PUBLIC.check([address]) == (address,)


@pytest.mark.parametrize(
    "address",
    [
        "::1",
        "::",
        "::127.0.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "169.254.169.254",
        "255.255.255.255",
        "localhost",
        "",
    ],
)
def test_special_addresses_may_not(address: str) -> None:
    with pytest.raises(AddressRefused):
        PUBLIC.check([address])


@given(network=st.sampled_from(PRIVATE_NETWORKS), place=st.integers(0, 2**32 - 1))
def test_no_spelling_of_a_private_address_gets_through(network: str, place: int) -> None:
    inside = ip_network(network)
    address = IPv4Address(int(inside.network_address) + place % inside.num_addresses)
    mapped = IPv6Address(0xFFFF << 32 | int(address))
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) | int(address))
    six_to_four = IPv6Address(0x2002 << 112 | int(address) << 80)
    for spelling in (address, mapped, translated, six_to_four):
        assert not PUBLIC.allows(str(spelling))


def test_one_refused_address_refuses_the_name_and_no_address_does_too() -> None:
    with pytest.raises(AddressRefused):
        PUBLIC.check(["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        PUBLIC.check([])


def test_an_operator_may_allow_networks_and_only_these_open() -> None:
    policy = AddressPolicy(allowed=(ip_network("127.0.0.0/8"), ip_network("fd00::/64")))
    assert policy.allows("127.0.0.1") and policy.allows("::ffff:127.0.0.1") and policy.allows("fd00::7")
    assert not policy.allows("10.0.0.1") and not policy.allows("::1")
