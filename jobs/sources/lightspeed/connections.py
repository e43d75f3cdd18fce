"""Connections that go where `webapp.core.egress` lets them, whatever a name stands for by then (DNS
rebinding).

urllib3 looks a name up and connects in one step. Here the name is looked up first, every address that it
stands for is judged, and urllib3 is given one of them to connect to; the
certificate is still that of the name.
"""

import socket
from collections.abc import Collection
from functools import cache
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from webapp.core import egress


class PublicOnlyAdapter(requests.adapters.HTTPAdapter):
    """What a session of requests is to use; it does not retry by itself."""

    def __init__(self, allowed_hosts: Collection[str] = ()) -> None:
        self._allowed_hosts = frozenset(host.casefold() for host in allowed_hosts)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have every connection of this adapter judged."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._allowed_hosts)


@cache
def _pools(allowed: frozenset[str]) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    class Plain(_PublicOnly, HTTPConnection):
        allowed_hosts = allowed

    class Secure(_PublicOnly, HTTPSConnection):
        allowed_hosts = allowed

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _PublicOnly(HTTPConnection):
    """Looks its host up by itself."""

    allowed_hosts: frozenset[str]

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        failure: Exception | None = None
        try:
            for address in self._addresses():
                # What urllib3 connects to; once it has, it takes the name for TLS from here.
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
        finally:
            self._dns_host = name
        raise failure or NewConnectionError(self, "the name stands for no address")

    def _addresses(self) -> list[str]:
        try:
            return egress.addresses(self.host, self.port or self.default_port, self.allowed_hosts)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except UnicodeError:
            raise NewConnectionError(self, "the name is none") from None
