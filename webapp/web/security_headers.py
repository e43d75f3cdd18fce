"""Security headers of responses: what a browser may run, frame, send and cache."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Flask, Response, g, request

from webapp.core.clock import YEAR_SECONDS

# The pages use none of these; an injected script must not either. Chromium warns in its console about names
# that it does not know on every platform, such as `bluetooth` and `web-share`: those are left out.
_NOT_USED: Final = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read"),
    *("cross-origin-isolated", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation"),
    *("gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "otp-credentials", "payment", "picture-in-picture"),
    *("publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"),
    *("storage-access", "usb", "window-management", "xr-spatial-tracking"),
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _NOT_USED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A page's content is personal: neither proxies nor disks may cache it. Back navigation still restores form
# input, which browsers keep separately.
KEPT_BY_NOBODY: Final = "private, no-store"
STRICT_TRANSPORT: Final = f"max-age={YEAR_SECONDS}; includeSubDomains"
# Downloaded files are neither displayed nor run in the browser.
FILE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


def protect(app: Flask) -> None:
    """Add the headers to every response, and provide templates with the `nonce` for their scripts."""
    app.jinja_env.globals["nonce"] = nonce
    app.after_request(_add_headers)


def nonce() -> str:
    """Return the unpredictable value that authorizes the scripts of this page."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Also replaces Flask-Security's header, which is malformed.
    response.headers["Cache-Control"] = KEPT_BY_NOBODY
    is_page = response.mimetype == "text/html"
    response.headers["Content-Security-Policy"] = _page_policy() if is_page else FILE_POLICY
    if is_page:
        # The same URL returns a page or a fragment.
        response.vary.add("HX-Request")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.endpoint == "security.logout":
            response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _page_policy() -> str:
    """Allow scripts with the page's nonce, our own styles and images, and nothing else.

    Bootstrap's style sheet contains small images as data: URLs.
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
