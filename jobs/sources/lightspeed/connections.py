"""Connections to addresses that `webapp.core.egress` allows, within a time limit.

Addresses: urllib3 looks a name up and connects in one step. Here the name is looked up first, every address
is checked, and urllib3 connects to one of them (protection from DNS rebinding); the certificate is still
checked against the name.

Time: a socket's timeout restarts with every byte, so a server that sends one byte now and then could hold a
thread for hours. Within `time_limit`, reads of headers and body end when the limit is reached.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from math import inf
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)

from webapp.core import egress

# A certificate of another name is an error of its own in urllib3.
_UNTRUSTED = (ssl.SSLError, ssl.CertificateError)

_deadline: ContextVar[float] = ContextVar("deadline", default=inf)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit the exchange that this thread begins inside; reads beyond it raise a timeout."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


class PublicOnlyAdapter(requests.adapters.HTTPAdapter):
    """Transport adapter for one host; does not retry, and does not read cookies or encodings."""

    def __init__(self, allowed_hosts: Collection[str] = ()) -> None:
        self._allowed_hosts = frozenset(host.casefold() for host in allowed_hosts)
        self._pool: ConnectionPool | None = None
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use the connection classes below."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._allowed_hosts)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> ConnectionPool:
        """Return the pool of the host, which is looked up once: that takes several readings of the URL."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return what the transport reads of a response: its status, its headers and its body."""
        response = requests.Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        response.request = req
        return response


@cache
def _pools(allowed: frozenset[str]) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    class Plain(_PublicOnly, HTTPConnection):
        allowed_hosts = allowed

    class Secure(_PublicOnly, HTTPSConnection):
        allowed_hosts = allowed

    class PlainPool(_Direct):
        ConnectionCls = Plain

    class SecurePool(_Direct, urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Direct(urllib3.HTTPConnectionPool):
    """Sends each request once and as it is: its target is encoded, and the transport decides about retries.

    urllib3 would check the target byte by byte, and prepare for retries and redirects: a fifth of the work
    of a request. Errors are those that it raises after its last retry.
    """

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, *, headers: Any, timeout: Any, **_options: Any
    ) -> Any:
        connection = self._get_conn()
        try:
            return self._make_request(
                connection,
                method,
                url,
                headers=headers,
                timeout=timeout,
                response_conn=connection,
                preload_content=False,
                decode_content=False,
            )
        except BaseException as error:
            connection.close()
            self._put_conn(None)
            if isinstance(error, _UNTRUSTED):
                raise SSLError(error) from error
            if isinstance(error, (OSError, http.client.HTTPException)):
                raise ProtocolError("Connection aborted.", error) from error
            raise


class _LimitedReader(io.RawIOBase):
    """Reads from a socket, each time for at most its timeout, and no longer than until the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._socket = sock
        self._timeout = sock.gettimeout() or inf
        self._deadline = _deadline.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the exchange took too long")
        if remaining < self._timeout:
            # The last reads of an exchange; urllib3 sets the timeout again before the next one.
            self._socket.settimeout(remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _LimitedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_LimitedReader(self.fp.detach(), sock))


class _PublicOnly(HTTPConnection):
    """Looks its host up and checks the addresses."""

    allowed_hosts: frozenset[str]
    response_class = _LimitedResponse

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        failure: Exception | None = None
        try:
            for address in self._addresses():
                # urllib3 connects to this attribute, and reads the name for TLS from it afterwards.
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
                if time.monotonic() >= _deadline.get():
                    break
        finally:
            self._dns_host = name
        raise failure or NewConnectionError(self, "the name has no address")

    def _addresses(self) -> list[str]:
        try:
            return egress.resolve(self.host, self.port or self.default_port, self.allowed_hosts)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except UnicodeError:
            raise NewConnectionError(self, "the name is invalid") from None
