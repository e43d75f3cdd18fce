"""Which addresses a webhook may have: what a dealer types must not reach into the network that we run in.

What a name stands for is looked up, and judged, when something is sent (`jobs.alerts.webhook`): it can change
at any time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from webapp import outbound

LONGEST: Final = 1000


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
        outbound.checked(url, allowed_hosts)
    except outbound.Forbidden as reason:
        raise Refused(str(reason)) from None
    return url
