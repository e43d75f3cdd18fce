"""Cookies under the `__Host-` prefix wherever there is HTTPS, whoever sets them.

A browser takes such a cookie only from this very host, over HTTPS, for all of it: no neighbour below the same
domain, and nobody on the way, can plant a session of their own or overwrite one. Flask and its extensions
each name their cookies once, for HTTPS and a machine without it alike; so they are renamed on the way out
and in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "__Host-"
# What the prefix asks for, in place of what the cookie says of it.
_SETTLED = ("path", "domain", "secure")


class HostCookies:
    """Around the app, inside of what tells whether a router was asked by HTTPS."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["wsgi.url_scheme"] != "https":
            return self._app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            bound = [
                (name, _bound(value) if name.lower() == "set-cookie" else value) for name, value in headers
            ]
            return start_response(status, bound, *error)

        environ["HTTP_COOKIE"] = _own(environ.get("HTTP_COOKIE", ""))
        return self._app(environ, start)


def _own(cookies: str) -> str:
    """Those with the prefix, without it. The others may be anybody's."""
    named = (cookie.strip() for cookie in cookies.split(";"))
    return "; ".join(cookie.removeprefix(PREFIX) for cookie in named if cookie.startswith(PREFIX))


def _bound(cookie: str) -> str:
    pair, *attributes = (part.strip() for part in cookie.split(";"))
    kept = [each for each in attributes if each.partition("=")[0].lower() not in _SETTLED]
    return "; ".join((f"{PREFIX}{pair}", *kept, "Secure", "Path=/"))
