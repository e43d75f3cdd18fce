"""HMAC-SHA-256 signatures for cookies and links, instead of the libraries' older default.

`SECRET_KEY` signs; signatures by keys of `SECRET_KEY_FALLBACKS` are still accepted, so that the key can be
rotated without signing users out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Serializer, Signer


class SessionInterface(SecureCookieSessionInterface):
    """Flask's sessions, signed with the same algorithm as all other values."""

    digest_method = staticmethod(hashlib.sha256)


def sign_by_sha256(app: Flask) -> None:
    """Set the default algorithm; must run before any extension creates a signer."""
    app.session_interface = SessionInterface()
    # Default of Flask-Security, Flask-WTF and our own cookies.
    Signer.default_digest_method = staticmethod(hashlib.sha256)


def signing_keys(config: Mapping[str, Any]) -> list[str]:
    """Return the keys for a serializer of itsdangerous: the last one signs, all of them verify."""
    return [*(config.get("SECRET_KEY_FALLBACKS") or ()), config["SECRET_KEY"]]


def sign_by_current_key(extension: object, app: Flask) -> None:
    """Give the serializers among an extension's attributes `signing_keys`; must run after its `init_app`.

    Flask-Security has the former keys last, so that new links would be signed with one, and die with it.
    """
    for serializer in vars(extension).values():
        if isinstance(serializer, Serializer):
            serializer.secret_keys = [key.encode() for key in signing_keys(app.config)]
