"""`__Host-` prefix for all cookies wherever HTTPS is used.

A browser accepts such a cookie only from this very host, over HTTPS, and for all paths: neither a sibling
subdomain nor an attacker on the network can set or overwrite a session. Flask and its extensions name their
cookies once, with and without HTTPS; so cookies are renamed in responses and requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "__Host-"
# Required by the prefix, and replaces the cookie's own attributes.
_SETTLED = ("path", "domain", "secure")


class HostCookies:
    """WSGI middleware; runs after the proxy headers are applied, which tell whether HTTPS was used."""

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
    """Return the prefixed cookies, without the prefix. Others may have been set by another host."""
    named = (cookie.strip() for cookie in cookies.split(";"))
    return "; ".join(cookie.removeprefix(PREFIX) for cookie in named if cookie.startswith(PREFIX))


def _bound(cookie: str) -> str:
    pair, *attributes = (part.strip() for part in cookie.split(";"))
    kept = [attribute for attribute in attributes if attribute.partition("=")[0].lower() not in _SETTLED]
    return "; ".join((f"{PREFIX}{pair}", *kept, "Secure", "Path=/"))
