"""Kinds of settings that are lists of keys."""

from __future__ import annotations

from cryptography.fernet import Fernet

from webapp.settings.env import ConfigurationError, listed


def fernet_keys(name: str, given: str) -> list[str]:
    """Return the Fernet keys of a comma-separated list, in order: the first encrypts. At least one."""
    keys = listed(given)
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ConfigurationError(f"{name} is malformed: key {number} isn't a Fernet key") from None
    if not keys:
        raise ConfigurationError(f"{name} is malformed: it holds no key")
    return keys


def former_keys(_name: str, given: str) -> list[str]:
    """Return the keys of a comma-separated list, as a list: Flask-Security ignores any other sequence."""
    return listed(given)
