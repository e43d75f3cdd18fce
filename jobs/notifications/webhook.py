"""Client of a dealer's webhook: signed requests, public addresses only, no redirects, short timeouts.

Signed as Standard Webhooks says (https://www.standardwebhooks.com), and with the headers of earlier versions.
"""

from __future__ import annotations

import base64
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
from webapp.alerts import webhook_address, webhook_secret
from webapp.core import egress
from webapp.core.errors import Refused

# Seconds: to connect, between two reads, and for the whole exchange including name resolution.
TIMEOUT = urllib3.Timeout(connect=3, read=5)
LONGEST = 10.0
MOST_ADDRESSES = 3

UNREACHABLE = "We couldn't reach the webhook."
TOO_SLOW = "The webhook took too long to respond."
INSECURE = "We couldn't connect securely to the webhook."
PRIVATE = "The webhook URL leads to a private network, so nothing was sent."
REFUSED = "Nothing was sent to this webhook: {reason}. Enter a different URL under Webhook."


@dataclass(frozen=True)
class Webhook:
    """URL of a webhook, and its signing secret."""

    url: str
    secret: str = field(repr=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `sha256=` and the hexadecimal HMAC-SHA256 of timestamp, period and body."""
    content = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def standard_signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Return `v1,` and the base64 HMAC-SHA256 of id, timestamp and body, with periods in between."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(webhook_secret.key_of(secret), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def post(webhook: Webhook, body: bytes, number: int, allowed_hosts: Collection[str]) -> None:
    """Post a JSON body as delivery `number`; any status from 200 to 299 is success. Raises Undeliverable.

    Runs in a background thread, because socket timeouts cover neither name resolution nor headers that arrive
    byte by byte.
    """
    exchange = Cancellable(lambda _check_stop: _exchange(webhook, body, number, allowed_hosts))
    try:
        status = exchange.result(lambda: None, within=LONGEST)
    except TimeoutError:
        raise Undeliverable(TOO_SLOW) from None
    if 300 <= status < 400:
        raise Undeliverable(
            f"The webhook responded with a redirect (status {status}). We don't follow redirects."
        )
    if not 200 <= status < 300:
        raise Undeliverable(f"The webhook responded with status {status}.")


def _exchange(webhook: Webhook, body: bytes, number: int, allowed_hosts: Collection[str]) -> int:
    """Validate the URL, send the request, and return the response status."""
    try:
        # Validated again: the deployment's settings may have changed since the URL was saved.
        parts = urlsplit(webhook_address.checked(webhook.url, allowed_hosts))
    except Refused as refusal:
        raise Undeliverable(REFUSED.format(reason=refusal), is_final=True) from None
    return send(parts, body, _headers(parts, webhook.secret, body, number), allowed_hosts)


def send(parts: SplitResult, body: bytes, headers: dict[str, str], allowed_hosts: Collection[str]) -> int:
    """POST to a validated URL and return the response status. Raises Undeliverable."""
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
    # The id is the same on every attempt; the timestamp is that of the attempt, as receivers refuse old ones.
    message_id, timestamp = f"msg_{number}", str(int(time.time()))
    return {
        "Host": parts.netloc,
        "User-Agent": "parts-inventory-sync",
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": standard_signature(secret, message_id, timestamp, body),
        # The headers before Standard Webhooks: removed in the version that docs/file-formats.md names.
        "X-Alert-Delivery": str(number),
        "X-Alert-Timestamp": timestamp,
        "X-Alert-Signature": signature(secret, timestamp, body),
    }


def _addresses(parts: SplitResult, allowed_hosts: Collection[str]) -> list[str]:
    """Resolve the host name; raises Undeliverable if an address is not public."""
    try:
        return egress.resolve(parts.hostname or "", _port(parts), allowed_hosts)
    except egress.Forbidden:
        raise Undeliverable(PRIVATE, is_final=True) from None
    except (OSError, UnicodeError):
        raise Undeliverable(UNREACHABLE) from None


def _post_to(address: str, parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    """POST to this exact address: a second name resolution could return another one (DNS rebinding)."""
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
        # The response body is not needed, and is not read.
        response = pool.urlopen(
            "POST", path, body, headers, retries=False, redirect=False, preload_content=False
        )
        status = response.status
        response.close()
        return status


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80)


def _failure(error: Exception) -> Undeliverable:
    """Convert a network exception to an error that holds no details of the request."""
    if isinstance(error, exceptions.SSLError):
        return Undeliverable(INSECURE)
    return Undeliverable(TOO_SLOW if isinstance(error, exceptions.TimeoutError) else UNREACHABLE)
