"""Addresses of clients in one form each, however a proxy writes them. Pure.

`X-Forwarded-For` may hold `1.2.3.4:5678`, `[2001:db8::1]:443` or `::ffff:1.2.3.4`. Counted as they are
written, each new port would be another client.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

UNKNOWN: Final = "unknown"
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# What one household or office has for itself.
_PREFIX: Final = 64


class ClientAddresses:
    """Writes the client's address in its one form, for logs, lists of sessions and rate limits alike."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = canonical(environ.get("REMOTE_ADDR") or "")
        return self._app(environ, start_response)


def canonical(text: str) -> str:
    """The address without port, brackets and zone, an IPv4 one as such; what is none stays as it is."""
    address = _parsed(text)
    return text if address is None else str(address)


def network_of(text: str) -> str:
    """What is counted as one client: an IPv4 address, or the /64 network of an IPv6 one."""
    address = _parsed(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, _PREFIX), strict=False))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    host = text.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else _embedded(address) or address


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 client that an IPv6 address stands for: one client could use many such addresses."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
