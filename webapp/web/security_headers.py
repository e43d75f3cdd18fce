"""The response headers that keep the pages to themselves: what a browser may run, show, send and keep."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Flask, Response, g, request

A_YEAR: Final = 365 * 24 * 60 * 60
# None of this is asked for; a script that got in anyway shall not either. Only names that browsers know:
# they complain of others.
_NOT_USED: Final = (
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "clipboard-read"),
    *("cross-origin-isolated", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation"),
    *("gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "otp-credentials", "payment", "picture-in-picture"),
    *("publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"),
    *("storage-access", "usb", "web-share", "window-management", "xr-spatial-tracking"),
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _NOT_USED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a page says belongs to one person: no proxy and no disk keeps it. Going back still finds what was
# typed, which browsers keep apart from it.
KEPT_BY_NOBODY: Final = "private, no-store"
STRICT_TRANSPORT: Final = f"max-age={A_YEAR}; includeSubDomains"
# Of a file nothing is shown inside of a browser, let alone run.
FILE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


def protect(app: Flask) -> None:
    """Add the headers to every response, and give the templates the `nonce` of their scripts."""
    app.jinja_env.globals["nonce"] = nonce
    app.after_request(_add_headers)


def nonce() -> str:
    """What marks a script of this page as ours: a word that nobody could know before."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Also in place of what Flask-Security says, which is malformed.
    response.headers["Cache-Control"] = KEPT_BY_NOBODY
    is_page = response.mimetype == "text/html"
    response.headers["Content-Security-Policy"] = _page_policy() if is_page else FILE_POLICY
    if is_page:
        # One address answers a page or a fragment.
        response.vary.add("HX-Request")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.endpoint == "security.logout":
            response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _page_policy() -> str:
    """Scripts that the page's own template marks, styles and pictures of ours, and nothing else.

    Bootstrap's style sheet holds its small pictures as data: addresses.
    """
    scripts = f"'nonce-{g.nonce}'" if "nonce" in g else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )
