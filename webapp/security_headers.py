"""The response headers that keep the pages to themselves, and cookies to HTTPS where there is HTTPS."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface

# Bootstrap's style sheet holds its small pictures as data: addresses.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
A_YEAR = 365 * 24 * 60 * 60


class SessionCookies(SecureCookieSessionInterface):
    """Marks the session cookie `Secure` on HTTPS, and lets a machine without it work as well."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def protect(app: Flask) -> None:
    """Add the headers to every response; to be called before the extensions, whose cookies it sees then."""
    app.session_interface = SessionCookies()
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
        # The session's own cookie comes later still, by SessionCookies.
        cookies = response.headers.getlist("Set-Cookie")
        response.headers.setlist("Set-Cookie", [_secured(cookie) for cookie in cookies])
    if response.mimetype == "text/html":
        # One address answers a page or a fragment, and what it says belongs to one person.
        response.vary.add("HX-Request")
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _secured(cookie: str) -> str:
    return cookie if "; Secure" in cookie else f"{cookie}; Secure"
