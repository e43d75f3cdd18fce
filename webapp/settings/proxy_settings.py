"""How requests reach the program: through which proxies, and under which names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from webapp.settings.env import ConfigurationError, listed, whole

# A platform's router, a load balancer or CDN before it, and some.
MOST_HOPS: Final = 5
DEFAULTS: Final[dict[str, Any]] = {
    # How many proxies stand before the program, each of which adds the address that it was asked from.
    # Counted too many, anybody could name an address as his own; too few, all would share the router's.
    "PROXY_HOPS": 1,
    # Hosts that requests may name; None is any.
    "TRUSTED_HOSTS": None,
    # Whether what comes over plain HTTP is led to HTTPS, or refused.
    "HTTPS_ONLY": False,
}


def read(environ: Mapping[str, str], in_production: bool) -> dict[str, Any]:
    """The settings for these variables. Raises ConfigurationError, which names the one that is malformed.

    A Heroku-style platform has one router before the web process. Elsewhere nothing is believed of a proxy.
    """
    usual = str(DEFAULTS["PROXY_HOPS"]) if in_production else "0"
    return {
        "PROXY_HOPS": whole("PROXY_HOPS", environ.get("PROXY_HOPS") or usual, 0, MOST_HOPS),
        "TRUSTED_HOSTS": _hosts(environ, in_production),
        "HTTPS_ONLY": in_production,
    }


def _hosts(environ: Mapping[str, str], in_production: bool) -> list[str] | None:
    """The hosts that are listed; in production that of `PUBLIC_URL` as well."""
    hosts = [host.casefold() for host in listed(environ.get("TRUSTED_HOSTS", ""))]
    if any(not _is_name(host) for host in hosts):
        raise ConfigurationError("TRUSTED_HOSTS is malformed: it is a list of host names, comma-separated")
    public = urlsplit(environ.get("PUBLIC_URL", "").strip()).hostname
    if in_production and public:
        hosts.append(public)
    return list(dict.fromkeys(hosts)) or None


def _is_name(host: str) -> bool:
    """A host, or with a dot before it all below it; a port or a star would match nothing."""
    return host.isascii() and all(each.isalnum() or each in ".-_" for each in host) and host.strip(".") != ""
