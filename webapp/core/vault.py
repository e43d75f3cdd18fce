"""Encrypts what must not be stored in the clear: 3PA passwords, secrets of webhooks and second factors.

The first of `CREDENTIALS_KEYS` encrypts, every one of them decrypts, so that keys can be rotated.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app


class SealedError(ValueError):
    """A stored secret cannot be read: none of the keys that are configured sealed it."""


def seal(secret: str) -> str:
    """Encrypt a secret for storing."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(token: str) -> str:
    """The secret behind a stored token. Raises SealedError when no key fits."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise SealedError("CREDENTIALS_KEYS holds no key that this stored password was sealed with") from None


def reseal(token: str) -> str:
    """The same secret sealed with the first key. Raises SealedError when no key fits."""
    return seal(unseal(token))


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in current_app.config["CREDENTIALS_KEYS"]])
