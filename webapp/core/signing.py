"""HMAC-SHA-256 signatures for cookies and links, instead of the libraries' older default.

`SECRET_KEY` signs; signatures by keys of `SECRET_KEY_FALLBACKS` are still accepted, so that the key can be
rotated without signing users out.
"""

from __future__ import annotations

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer


class SessionInterface(SecureCookieSessionInterface):
    """Flask's sessions, signed with the same algorithm as all other values."""

    digest_method = staticmethod(hashlib.sha256)


def sign_by_sha256(app: Flask) -> None:
    """Set the default algorithm; must run before any extension creates a signer."""
    app.session_interface = SessionInterface()
    # Default of Flask-Security, Flask-WTF and our own cookies.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
