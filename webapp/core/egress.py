"""Where the program itself may connect to: the public internet, and what the deployment allows by name.

An address that somebody typed, or a name that was pointed elsewhere later, must not reach into the network
that the program runs in. So what a name stands for is judged when a connection is made, and the connection
goes to the very address that was judged. Denied unless it is public, or the host is on the allow-list.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# Names that no public resolver knows: this machine, the local network, and a cloud's own services.
_PRIVATE_ENDINGS: Final = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".home.arpa"),
    *(".corp", ".home", ".lan", ".svc"),
)
# What the registries list as public although it leads into a cloud's own network, or nowhere.
_NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # Azure: its agent's endpoint (wireserver), DNS and health probes
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata service has 192.0.0.192
            "192.88.99.0/24",  # 6to4 relays
            "161.26.0.0/16",  # IBM Cloud: services of the private network
            "166.8.0.0/14",  # IBM Cloud: service endpoints
            "2001::/23",  # protocol assignments, Teredo among them
            "2002::/16",  # 6to4: an IPv4 address in an IPv6 one
            "3fff::/20",  # documentation
        ),
    )
)
# All that is assigned for the public internet. NAT64, addresses that hold an IPv4 one, unique local and
# site-local ones lie outside of it, whatever else is to come.
_PUBLIC_IPV6: Final = ip_network("2000::/3")
# ISATAP: the last 64 bits are this, with or without the bit for "unique", and then an IPv4 address.
_ISATAP: Final = (0x00005EFE, 0x02005EFE)


class Forbidden(ValueError):
    """An address is not one that may be connected to; the message says why, and not which it is."""


def checked(url: str, allowed_hosts: Collection[str]) -> SplitResult:
    """The parts of an address that may be connected to, as far as it tells by itself. Raises Forbidden.

    Only https, without a login in it, and no private address, save for hosts of `allowed_hosts`; those of
    them that are this machine may also be http.
    """
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").casefold(), parts.port
    except ValueError:
        raise Forbidden("it is no address of a web server") from None
    # A backslash is a slash to some readers of addresses: they would see another host.
    if not host or parts.fragment or "\\" in parts.netloc:
        raise Forbidden("it is no address of a web server")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("it must not hold a login")
    may_be_plain = host in LOOPBACK and host in allowed_hosts
    if parts.scheme != "https" and not (parts.scheme == "http" and may_be_plain):
        raise Forbidden("it must start with https://")
    if host not in allowed_hosts and not may_be_public(host):
        raise Forbidden("it is an address inside of a private network")
    return parts


def may_be_public(host: str) -> bool:
    """Whether a host can be one of the public internet: such an address, or a name that may stand for one."""
    name = host.casefold().rstrip(".")
    if name.endswith(_PRIVATE_ENDINGS):
        return False
    try:
        return is_public(name)
    except ValueError:
        # A name: what it stands for is looked up when a connection is made. Without a dot it is one of the
        # own network, or a spelling of an address that only resolvers read.
        return "." in name


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever form it is written in.

    Raises ValueError for what is no IP address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_global(found.ipv4_mapped)
        if found not in _PUBLIC_IPV6 or int(found) >> 32 & 0xFFFFFFFF in _ISATAP:
            return False
    return _is_global(found)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    is_listed = any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not is_listed


def addresses(host: str, port: int, allowed_hosts: Collection[str]) -> list[str]:
    """What a host stands for now, each an IP address to connect to as it is.

    Raises OSError or UnicodeError where the name cannot be looked up, Forbidden if any of it is not public: a
    name that stands for a public and a private address is one that somebody made up to get past this.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    known = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if host.casefold() not in allowed_hosts and not all(map(is_public, known)):
        raise Forbidden("it leads into a private network")
    return known
