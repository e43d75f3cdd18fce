"""Encryption of stored secrets: 3PA passwords, secrets of webhooks and second factors.

The first of `CREDENTIALS_KEYS` encrypts, every one of them decrypts, so that keys can be rotated.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app


class SealedError(ValueError):
    """Stored secret that none of the configured keys can decrypt."""


def seal(secret: str) -> str:
    """Encrypt a secret for storage."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(token: str) -> str:
    """Decrypt a stored secret. Raises SealedError if no key fits."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise SealedError("CREDENTIALS_KEYS has no key that decrypts this stored password") from None


def reseal(token: str) -> str:
    """Encrypt a stored secret again with the first key. Raises SealedError if no key fits."""
    return seal(unseal(token))


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in current_app.config["CREDENTIALS_KEYS"]])
