"""Hashes and verifies passwords while no transaction is open.

Argon2 takes a good part of a second, by design. A transaction that is open meanwhile keeps a connection of
the pool, and on SQLite the one write lock, from everybody else.
"""

from __future__ import annotations

from typing import Any

from webapp.extensions import end_reading


class HashingContext:
    """Flask-Security's hashing context, which first ends what was only read."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def hash(self, secret: str | bytes, **options: Any) -> str:
        """The hash of a password."""
        end_reading()
        return str(self._context.hash(secret, **options))

    def verify(self, secret: str | bytes, hashed: str | bytes, **options: Any) -> bool:
        """Whether the hash is that of the password."""
        end_reading()
        return bool(self._context.verify(secret, hashed, **options))
