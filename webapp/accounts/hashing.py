"""Password hashing without an open transaction, and of input of any length.

Argon2 takes a large part of a second, by design. An open transaction would hold a connection of the pool
during that time, and on SQLite the only write lock.

passlib raises PasswordSizeError for long input. What is too long is cut, and stays wrong: passwords.py lets
no password of more than 128 characters be set.
"""

from __future__ import annotations

from typing import Any

from passlib.utils import MAX_PASSWORD_SIZE

from webapp.extensions import end_reading


class HashingContext:
    """Flask-Security's hashing context, which first ends a read-only transaction."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def hash(self, secret: str | bytes, **options: Any) -> str:
        """Hash a password."""
        end_reading()
        return str(self._context.hash(secret[:MAX_PASSWORD_SIZE], **options))

    def verify(self, secret: str | bytes, hashed: str | bytes, **options: Any) -> bool:
        """Return whether the password matches the hash."""
        end_reading()
        return bool(self._context.verify(secret[:MAX_PASSWORD_SIZE], hashed, **options))
