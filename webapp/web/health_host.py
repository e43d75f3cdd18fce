"""`/healthz` under any host name: containers and load balancers use an IP address, unknown to the settings.

Flask rejects a host that isn't in `TRUSTED_HOSTS` before routing. The response of this route depends on
nothing in the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = "/healthz"


class HealthUnderAnyHost:
    """WSGI middleware that sets a trusted host on requests for `/healthz`."""

    def __init__(self, app: WSGIApplication, trusted_hosts: Sequence[str]) -> None:
        self._app = app
        self._host = trusted_hosts[0].removeprefix(".")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            environ = {**environ, "HTTP_HOST": self._host}
        return self._app(environ, start_response)
