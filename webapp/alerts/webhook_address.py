"""Validation of webhook URLs: a dealer's input must not reach the internal network (SSRF).

The host name is resolved and checked when something is sent (`jobs.notifications.webhook`), since it can
change at any time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from webapp.core import egress
from webapp.core.errors import Refused
from webapp.core.limits import MAX_WEBHOOK_LENGTH

# Other ports could be used to reach services other than web servers.
PORTS: Final = (443, 8443)
ALLOWED_PORTS: Final = "it must use port 443 or 8443"


def checked(text: str, allowed_hosts: Collection[str]) -> str:
    """Return the URL if it is allowed for a webhook. Raises Refused.

    Requires https on port 443 or 8443, no login and no private address, except for the hosts of
    `ALERT_ALLOWED_HOSTS`; a loopback one among those may also use http, on any port.
    """
    url = text.strip()
    if len(url) > MAX_WEBHOOK_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise Refused(f"use up to {MAX_WEBHOOK_LENGTH:,} printable ASCII characters, without spaces")
    try:
        parts = egress.check_url(url, allowed_hosts)
    except egress.Forbidden as reason:
        raise Refused(str(reason)) from None
    host = (parts.hostname or "").casefold()
    is_here = host in egress.LOOPBACK and host in allowed_hosts
    if not is_here and (parts.port if parts.port is not None else 443) not in PORTS:
        raise Refused(ALLOWED_PORTS)
    return url


def refusal(url: str, allowed_hosts: Collection[str]) -> str | None:
    """Return why nothing is sent to a URL saved under earlier rules or settings, or None."""
    try:
        checked(url, allowed_hosts)
    except Refused as reason:
        return str(reason)
    return None
