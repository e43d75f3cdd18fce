"""Redaction of secrets by field name: a second line of defense for logs, error reports and the audit log.

Pure. Known secrets are never passed to them in the first place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

REDACTED: Final = "[redacted]"

_SECRET_NAME: Final = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|fernet|api_?key|signature|dsn"
    r"|^(user_?name|login|key|keys)$",
    re.IGNORECASE,
)
# Logins and links within a URL, and the value of an Authorization header.
_SECRET_TEXT: Final = (
    # Anchored at the start of a word: otherwise matching a long word takes quadratic time.
    (re.compile(r"\b(\w+://)[^/\s@:]*:[^/\s@]*@"), r"\1" + REDACTED + "@"),
    # Links that set a password, or carry the secret of a second factor.
    (re.compile(r"(/(?:reset|tf-setup|alert-confirmations)/)[^/?#\s\"']+"), r"\1" + REDACTED),
    (re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE), r"\1 " + REDACTED),
)


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Return whether a field with this name is secret."""
    return bool(_SECRET_NAME.search(name))


def redacted(value: Any, name: str = "") -> Any:
    """Return the value without secrets: by its name, by the names of nested fields, or by pattern."""
    if name and is_secret(name) and not isinstance(value, bool | None):
        return REDACTED
    if isinstance(value, Mapping):
        return {key: redacted(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(each) for each in value]
    return _without_logins(value) if isinstance(value, str) else value


def _without_logins(text: str) -> str:
    # Each pattern needs a slash or white space. Of that, only the space is printable.
    if "/" not in text and " " not in text and text.isprintable():
        return text
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text
