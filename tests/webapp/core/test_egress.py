"""Addresses that the program may connect to."""

from __future__ import annotations

import pytest

from webapp.core import egress
from webapp.core.egress import Forbidden, is_public, may_be_public, resolve

NOT_PUBLIC = (
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
    *("::", "::1", "fe80::1%eth0", "fd00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::7f00:1", "2002:a00:1::"),
    *("2001:0:a00:1::", "::10.0.0.1"),
    # Of clouds: Azure's wireserver, metadata services (Alibaba, Oracle, Google), IBM's private services.
    *("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd20:ce::254", "161.26.0.10", "166.9.12.1"),
    *("::ffff:168.63.129.16", "::ffff:100.100.100.200", "64:ff9b::a83f:8110", "64:ff9b:1::a9fe:a9fe"),
    *("2002:a9fe:a9fe::1", "2002:808:808::1", "2001:0:808:808::1", "::ffff:0:10.0.0.1", "::8.8.8.8"),
    # ISATAP, site-local, segment routing, 6to4 relays, documentation.
    *("2603::5efe:a00:1", "2603::200:5efe:a9fe:a9fe", "fec0::1", "5f00::1", "192.88.99.1", "3fff::1"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)
    assert not may_be_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "168.63.129.17", "2606:4700::1111", "2a00:1450::200e", "::ffff:8.8.8.8"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "name",
    [
        *("localhost", "LOCALHOST.", "a.localhost", "nas.local", "metadata.google.internal", "x.home.arpa"),
        *("metadata", "redis", "2130706433", "redis.default.svc", "Metadata.Google.Internal."),
    ],
)
def test_a_name_of_the_own_network_is_not_looked_up(name: str) -> None:
    assert not may_be_public(name)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_another_spelling_of_a_local_address_is_found_by_resolving_it(spelling: str) -> None:
    with pytest.raises(Forbidden):
        resolve(spelling, 443, frozenset())


def test_an_allowed_host_is_accepted_under_that_name_only() -> None:
    assert resolve("localhost", 443, {"localhost"})
    with pytest.raises(Forbidden):
        resolve("127.0.0.1", 443, {"localhost"})


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver is the one thing that stands in here: no public name may be relied on."""
    answers = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", ("10.0.0.5", 443))]
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(Forbidden):
        resolve("rebound.example.com", 443, frozenset())
    answers.pop()
    assert resolve("rebound.example.com", 443, frozenset()) == ["93.184.215.14"]
