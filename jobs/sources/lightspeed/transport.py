"""One HTTPS exchange with the service: bytes out of it, or a `LightspeedError`.

GET only, login sent with every request, no redirects, nothing taken from the environment: no proxy and no
.netrc may see or replace the login, and nothing there turns off that certificates are verified or says by
which authorities. It connects to public addresses alone, and to hosts that the deployment allows by name.
"""

import zlib
from collections.abc import Collection, Sequence
from http.client import HTTPException
from urllib.parse import quote, urlsplit

import requests
import urllib3
from requests.auth import HTTPBasicAuth

from jobs.concurrency import Waiting
from jobs.sources.lightspeed.connections import PublicOnlyAdapter, time_limit
from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault, error_for_status
from jobs.sources.lightspeed.retry import seconds_to_wait
from jobs.sources.lightspeed.size_limits import MOST_BYTES
from jobs.sources.source import Credentials
from webapp.core.egress import Forbidden

_CHUNK = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_INSECURE = (requests.exceptions.SSLError, urllib3.exceptions.SSLError)
_UNCONNECTED = (requests.exceptions.ConnectTimeout, urllib3.exceptions.NewConnectionError)
_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)

Query = Sequence[tuple[str, str]]


class Transport:
    """A kept-alive connection to one base URL under one login.

    `timeout` is seconds for connecting and between two signs of life; a whole exchange may take the first
    plus twice the second, however slowly it drips.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        timeout: tuple[float, float],
        allowed_hosts: Collection[str] = (),
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the Lightspeed address must be an http or https URL")
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._longest = timeout[0] + 2 * timeout[1]
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("https://", "http://"):  # in place of requests' own, which go anywhere
            self._session.mount(scheme, PublicOnlyAdapter(allowed_hosts))
        # As bytes, because requests would encode text as Latin-1 and fail on other passwords.
        self._session.auth = HTTPBasicAuth(credentials.username.encode(), credentials.password.encode())
        self._session.headers.update(
            {
                "User-Agent": "parts-inventory-sync",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "X-Accept-Encoding": "gzip",  # the vendor's own spelling (docs/lightspeed-3pa.md, Gzip)
            }
        )

    def get(self, resource: str, query: Query, wanted: Waiting) -> bytes:
        """Return the inflated body of a response with status 200; raises `LightspeedError` otherwise.

        Blocks its thread until the service answers or a time limit is reached. `wanted` is called between
        chunks of the body.
        """
        url = f"{self._base_url}/{resource}" + (f"?{encoded(query)}" if query else "")
        return inflated(self._exchange(url, wanted))

    def _exchange(self, url: str, wanted: Waiting) -> bytes:
        try:
            with (
                time_limit(self._longest),
                self._session.get(url, timeout=self._timeout, stream=True, allow_redirects=False) as response,
            ):
                return _body(response, wanted)
        except Forbidden:
            failure = error_for_fault("forbidden")
        except _BROKEN as error:
            failure = _failure(error)
        # Raised out here, where no context hangs on it: the library's exception carries the request, and that
        # its Authorization header.
        raise failure


def encoded(query: Query) -> str:
    """Encode a query so that picky servers read it: a bare `$` in names, and `%20`, not `+`, for spaces."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query)


def _body(response: requests.Response, wanted: Waiting) -> bytes:
    if response.status_code != 200:
        headers = response.headers
        retry_after = seconds_to_wait(headers.get("Retry-After"), headers.get("Date"))
        raise error_for_status(response.status_code, retry_after)
    chunks: list[bytes] = []
    room = MOST_BYTES
    # read1 returns what has arrived; read would wait for a whole chunk and never look around.
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        wanted()
        room -= len(chunk)
        if room < 0:
            raise error_for_fault("too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def inflated(body: bytes) -> bytes:
    """Inflate a body that begins like gzip, which JSON never does, whatever its headers say.

    Twice at most, for a service that compresses behind a gateway that does so too.
    """
    for _ in range(2):
        if body.startswith(_GZIP_MAGIC):
            body = _inflated_once(body)
    return body


def _inflated_once(body: bytes) -> bytes:
    members: list[bytes] = []
    room = MOST_BYTES
    while body.startswith(_GZIP_MAGIC):  # a gzip file may be several, one after the other
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            member = inflater.decompress(body, room + 1)
        except zlib.error:
            raise error_for_fault("not_json") from None
        room -= len(member)
        if room < 0:
            raise error_for_fault("too_large")
        if not inflater.eof:
            raise error_for_fault("truncated")
        members.append(member)
        body = inflater.unused_data
    return b"".join(members)


def _failure(error: Exception) -> LightspeedError:
    """Name a network failure without keeping anything of it."""
    if isinstance(error, _INSECURE):
        return error_for_fault("insecure")
    # A name that does not resolve and a port where nobody listens come wrapped twice.
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, _UNCONNECTED) or isinstance(reason, _UNCONNECTED):
        return error_for_fault("unreachable")
    if isinstance(error, _TIMEOUTS):
        return error_for_fault("timed_out")
    return error_for_fault("broken_off")
