"""SSRF protection: the program may connect only to public addresses and to hosts on the allow-list.

A URL that a user entered, or a host name that was later pointed elsewhere, must not reach the internal
network. Therefore the resolved IP address is checked when a connection is made, and the connection goes to
exactly that address. An address is denied unless it is public or its host is on the allow-list.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# Names that no public resolver knows: this machine, the local network, and a cloud provider's services.
_PRIVATE_ENDINGS: Final = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".home.arpa"),
    *(".corp", ".home", ".lan", ".svc"),
)
# Ranges that the registries list as public although they lead into a cloud provider's network, or nowhere.
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
# All that is assigned for the public internet. NAT64, addresses that embed an IPv4 one, unique local and
# site-local ones are outside of it, as is any range assigned later.
_PUBLIC_IPV6: Final = ip_network("2000::/3")
# ISATAP: the last 64 bits are this, with or without the universal/local bit, and then an IPv4 address.
_ISATAP: Final = (0x00005EFE, 0x02005EFE)


class Forbidden(ValueError):
    """Refused destination; the message gives the reason, but not the address."""


def check_url(url: str, allowed_hosts: Collection[str]) -> SplitResult:
    """Parse and check a URL without resolving its host name. Raises Forbidden.

    Requires https, no login and no private address, except for hosts of `allowed_hosts`; loopback hosts among
    them may also use http.
    """
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").casefold(), parts.port
    except ValueError:
        raise Forbidden("it is not a valid web address") from None
    # Some URL parsers read a backslash as a slash, and would see another host.
    if not host or parts.fragment or "\\" in parts.netloc:
        raise Forbidden("it is not a valid web address")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("it must not contain a login")
    may_be_plain = host in LOOPBACK and host in allowed_hosts
    if parts.scheme != "https" and not (parts.scheme == "http" and may_be_plain):
        raise Forbidden("it must start with https://")
    if host not in allowed_hosts and not may_be_public(host):
        raise Forbidden("it is on a private network")
    return parts


def may_be_public(host: str) -> bool:
    """Return whether a host can be public: a public IP address, or a name that may resolve to one."""
    name = host.casefold().rstrip(".")
    if name.endswith(_PRIVATE_ENDINGS):
        return False
    try:
        return is_public(name)
    except ValueError:
        # Names are resolved when a connection is made. One without a dot is a name of the internal network,
        # or a spelling of an IP address that only resolvers understand.
        return "." in name


def is_public(address: str) -> bool:
    """Return whether an IP address is public, in any notation.

    Raises ValueError for text that isn't an IP address.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_global(ip.ipv4_mapped)
        if ip not in _PUBLIC_IPV6 or int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
            return False
    return _is_global(ip)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    is_listed = any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not is_listed


def resolve(host: str, port: int, allowed_hosts: Collection[str]) -> list[str]:
    """Resolve a host to IP addresses to connect to.

    Raises OSError or UnicodeError if the name cannot be resolved, Forbidden if any address isn't public: a
    name with both public and private addresses is an attempt to bypass this check.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    known = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if host.casefold() not in allowed_hosts and not all(map(is_public, known)):
        raise Forbidden("it leads to a private network")
    return known
