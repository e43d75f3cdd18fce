"""Posts to a dealer's webhook: signed, public addresses only, no redirects, short timeouts."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3 import exceptions

from jobs.concurrency import Cancellable
from jobs.notifications.undeliverable import Undeliverable
from webapp.alerts import webhook_address
from webapp.core import egress
from webapp.core.errors import Refused

# Seconds: to connect, between two reads, and for the whole exchange including name resolution.
TIMEOUT = urllib3.Timeout(connect=3, read=5)
LONGEST = 10.0
MOST_ADDRESSES = 3

UNREACHABLE = "The webhook could not be reached."
TOO_SLOW = "The webhook took too long to answer."
INSECURE = "A secure connection to the webhook could not be made."
PRIVATE = "The webhook's address leads into a private network, so nothing was sent."
REFUSED = "Nothing was sent to this webhook: {reason}. Save another address under Webhook."


@dataclass(frozen=True)
class Webhook:
    """Where to post, and the secret that signs."""

    url: str
    secret: str = field(repr=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop, and the body."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def post(webhook: Webhook, body: bytes, number: int, allowed_hosts: Collection[str]) -> None:
    """Post a JSON body as delivery `number`; any status from 200 to 299 is success. Raises Undeliverable.

    In a background thread: socket timeouts cover neither name resolution nor headers sent byte by byte.
    """
    exchange = Cancellable(lambda _wanted: _exchange(webhook, body, number, allowed_hosts))
    try:
        status = exchange.result(lambda: None, within=LONGEST)
    except TimeoutError:
        raise Undeliverable(TOO_SLOW) from None
    if 300 <= status < 400:
        raise Undeliverable(f"The webhook answered with a redirect (status {status}), which is not followed.")
    if not 200 <= status < 300:
        raise Undeliverable(f"The webhook answered with status {status}.")


def _exchange(webhook: Webhook, body: bytes, number: int, allowed_hosts: Collection[str]) -> int:
    """The status of the answer."""
    try:
        # Again, as the deployment's settings may have changed since it was typed.
        parts = urlsplit(webhook_address.checked(webhook.url, allowed_hosts))
    except Refused as refusal:
        raise Undeliverable(REFUSED.format(reason=refusal), is_final=True) from None
    return send(parts, body, _headers(parts, webhook.secret, body, number), allowed_hosts)


def send(parts: SplitResult, body: bytes, headers: dict[str, str], allowed_hosts: Collection[str]) -> int:
    """POST to an address that was checked; the status of the answer. Raises Undeliverable."""
    failure = Undeliverable(UNREACHABLE)
    for address in _addresses(parts, allowed_hosts)[:MOST_ADDRESSES]:
        try:
            return _post_to(address, parts, body, headers)
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError):
            continue
        except (exceptions.HTTPError, OSError) as error:
            failure = _failure(error)
            break
    raise failure


def _headers(parts: SplitResult, secret: str, body: bytes, number: int) -> dict[str, str]:
    timestamp = str(int(time.time()))
    return {
        "Host": parts.netloc,
        "User-Agent": "parts-inventory-sync",
        "Content-Type": "application/json",
        "X-Alert-Delivery": str(number),
        "X-Alert-Timestamp": timestamp,
        "X-Alert-Signature": signature(secret, timestamp, body),
    }


def _addresses(parts: SplitResult, allowed_hosts: Collection[str]) -> list[str]:
    """What the host's name stands for now; raises Undeliverable if any of it is not public."""
    try:
        return egress.resolve(parts.hostname or "", _port(parts), allowed_hosts)
    except egress.Forbidden:
        raise Undeliverable(PRIVATE, is_final=True) from None
    except (OSError, UnicodeError):
        raise Undeliverable(UNREACHABLE) from None


def _post_to(address: str, parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    """Connect to exactly this address: the name could resolve to another one a moment later."""
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        context = ssl.create_default_context()
        pool = urllib3.HTTPSConnectionPool(
            address, _port(parts), timeout=TIMEOUT, ssl_context=context, server_hostname=parts.hostname
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, _port(parts), timeout=TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        # What the answer says does not matter, and is not read.
        answer = pool.urlopen(
            "POST", path, body, headers, retries=False, redirect=False, preload_content=False
        )
        status = answer.status
        answer.close()
        return status


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80)


def _failure(error: Exception) -> Undeliverable:
    """Name a network failure without keeping anything of it."""
    if isinstance(error, exceptions.SSLError):
        return Undeliverable(INSECURE)
    return Undeliverable(TOO_SLOW if isinstance(error, exceptions.TimeoutError) else UNREACHABLE)
