"""`/healthz` under any host name: containers and load balancers ask by an address, which no setting can know.

Flask refuses a host that is not in `TRUSTED_HOSTS` before it knows which page is asked for. The answer of
this one depends on nothing in the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = "/healthz"


class HealthUnderAnyHost:
    """Has requests for `/healthz` name a trusted host."""

    def __init__(self, app: WSGIApplication, trusted_hosts: Sequence[str]) -> None:
        self._app = app
        self._host = trusted_hosts[0].removeprefix(".")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            environ = {**environ, "HTTP_HOST": self._host}
        return self._app(environ, start_response)
