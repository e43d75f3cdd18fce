"""Signs what a browser or a link carries for us: by HMAC-SHA-256, in place of the libraries' older default.

`SECRET_KEY` signs; what keys of `SECRET_KEY_FALLBACKS` signed is still believed, so that the key can be
exchanged without signing everybody out.
"""

from __future__ import annotations

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer


class SessionInterface(SecureCookieSessionInterface):
    """Flask's own sessions, signed as everything else is."""

    digest_method = staticmethod(hashlib.sha256)


def sign_by_sha256(app: Flask) -> None:
    """Before any extension makes a signer of its own."""
    app.session_interface = SessionInterface()
    # What Flask-Security, Flask-WTF and our own cookies use where they say nothing.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
