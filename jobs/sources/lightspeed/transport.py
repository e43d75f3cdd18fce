"""HTTP transport: one GET request, which returns the response body or raises `LightspeedError`.

The login is sent with every request, redirects are not followed, and environment variables are ignored: a
proxy or .netrc could read or replace the login, and other variables could disable certificate verification or
replace the trusted authorities. Connects only to public addresses, and to hosts that the deployment allows.
"""

from collections.abc import Collection, Sequence
from copy import copy
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
_INSECURE = (requests.exceptions.SSLError, urllib3.exceptions.SSLError)
_UNCONNECTED = (
    requests.exceptions.ConnectTimeout,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
)
_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)

_HEADERS = {
    "User-Agent": "parts-inventory-sync",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "X-Accept-Encoding": "gzip",  # the vendor's nonstandard header (docs/lightspeed-3pa.md, Gzip)
    "Connection": "keep-alive",
}

Query = Sequence[tuple[str, str]]


class Transport:
    """Persistent connection to one base URL under one login.

    `timeout` is the connect timeout and the read timeout in seconds; a whole request takes at most the first
    plus twice the second, even if the body arrives slowly.
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
        # Its login is bytes, because requests encodes text as Latin-1 and fails on other characters.
        login = HTTPBasicAuth(credentials.username.encode(), credentials.password.encode())
        self._request = requests.Request("GET", self._base_url, _HEADERS, auth=login).prepare()
        # Without a session, no environment variable counts, and a request is prepared only once: both took as
        # long as the exchange itself.
        self._adapter = PublicOnlyAdapter(allowed_hosts)

    def get(self, resource: str, query: Query, check_stop: Waiting) -> bytes:
        """Return the body of a response with status 200, as received; raises `LightspeedError` otherwise.

        Blocks its thread until the service responds or times out. `check_stop` is called between chunks of
        the body.
        """
        url = f"{self._base_url}/{resource}" + (f"?{encoded(query)}" if query else "")
        try:
            with (
                time_limit(self._longest),
                self._adapter.send(self._prepared(url), stream=True, timeout=self._timeout) as response,
            ):
                return _body(response, check_stop)
        except Forbidden:
            failure = error_for_fault("forbidden")
        except _BROKEN as error:
            failure = _failure(error)
        # Raised outside the except block, to have no __context__: the library's exception holds the request
        # with its Authorization header.
        raise failure

    def _prepared(self, url: str) -> requests.PreparedRequest:
        prepared = copy(self._request)
        prepared.url = url
        return prepared


def encoded(query: Query) -> str:
    """Encode a query in the form that strict servers require: `$` unescaped in names, `%20` for spaces."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query)


def _body(response: requests.Response, check_stop: Waiting) -> bytes:
    if response.status_code != 200:
        headers = response.headers
        retry_after = seconds_to_wait(headers.get("Retry-After"), headers.get("Date"))
        raise error_for_status(response.status_code, retry_after)
    chunks: list[bytes] = []
    remaining = MOST_BYTES
    # read1 returns the bytes received so far; read would block for a whole chunk, without a check.
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        check_stop()
        remaining -= len(chunk)
        if remaining < 0:
            raise error_for_fault("too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def _failure(error: Exception) -> LightspeedError:
    """Convert a network exception to an error that holds no details of the request."""
    if isinstance(error, _INSECURE):
        return error_for_fault("insecure")
    # requests and urllib3 each wrap the exception of a failed name resolution or a refused connection.
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, _UNCONNECTED) or isinstance(reason, _UNCONNECTED):
        return error_for_fault("unreachable")
    if isinstance(error, _TIMEOUTS):
        return error_for_fault("timed_out")
    return error_for_fault("broken_off")
