"""Client addresses in canonical form, however a proxy writes them. Pure.

`X-Forwarded-For` may hold `1.2.3.4:5678`, `[2001:db8::1]:443` or `::ffff:1.2.3.4`. If they were counted as
written, each new port would be another client.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

UNKNOWN: Final = "unknown"
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# The network that one household or office gets.
_PREFIX: Final = 64


class ClientAddresses:
    """WSGI middleware that writes the client's address in canonical form, for logs, sessions and rate
    limits."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = canonical(environ.get("REMOTE_ADDR") or "")
        return self._app(environ, start_response)


def canonical(text: str) -> str:
    """Return the address without port, brackets and zone, IPv4 unmapped; invalid text is returned
    unchanged."""
    address = _parsed(text)
    return text if address is None else str(address)


def network_of(text: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 network of an IPv6 one."""
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
    """Return the IPv4 client embedded in an IPv6 address: one client could use many such addresses."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
