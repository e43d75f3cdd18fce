"""Which addresses a webhook may have. What a dealer types must not reach into the network that we run in.

The host's own addresses are looked up when something is sent (`jobs.alerts.webhook`), and judged by
`is_public` then: what a name stands for can change at any time.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from webapp.alert_settings import LOOPBACK

LONGEST: Final = 1000
# Networks that stand for IPv4 addresses behind them.
_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))


class Refused(ValueError):
    """The address cannot be taken; the message says why."""


def checked(text: str, allowed_hosts: Collection[str]) -> str:
    """The address, if a webhook may have it. Raises Refused.

    Only https, without a login in it, and no private address, save for the hosts of `ALERT_ALLOWED_HOSTS`;
    a loopback one among those may also be http.
    """
    url = text.strip()
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise Refused("an address of printable ASCII characters, up to 1,000 of them")
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").casefold(), parts.port
    except ValueError:
        raise Refused("it is no address of a web server") from None
    if not host or parts.fragment:
        raise Refused("it is no address of a web server")
    if parts.username is not None or parts.password is not None:
        raise Refused("it must not hold a login: requests are signed instead")
    if parts.scheme != "https" and not (
        parts.scheme == "http" and host in LOOPBACK and host in allowed_hosts
    ):
        raise Refused("it must start with https://")
    if host not in allowed_hosts and not _may_be_public(host):
        raise Refused("it is an address inside of a private network")
    return url


def _may_be_public(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return is_public(host)
    except ValueError:
        return True  # a name: what it stands for is looked up when something is sent


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever form it is written in.

    Raises ValueError for what is no IP address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_global(found.ipv4_mapped)
        if found.sixtofour or found.teredo or any(found in network for network in _TRANSLATED):
            return False
    return _is_global(found)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast
