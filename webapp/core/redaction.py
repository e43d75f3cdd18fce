"""Knows a secret by the name it goes under: the last defence of logs, error reports and the audit log.

Pure. What is known to be secret is never handed to them in the first place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"

_SECRET_NAME: Final = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|fernet|api_?key|signature|dsn"
    r"|^(user_?name|login|key|keys)$",
    re.IGNORECASE,
)
# Logins and links within an address, and what an Authorization header holds.
_SECRET_TEXT: Final = (
    # From the beginning of a word: tried from within as well, a long word would take its length squared.
    (re.compile(r"\b(\w+://)[^/\s@:]*:[^/\s@]*@"), r"\1" + REDACTED + "@"),
    # Links that set a password, or carry what a second factor is set up with.
    (re.compile(r"(/(?:reset|tf-setup|alert-confirmations)/)[^/?#\s\"']+"), r"\1" + REDACTED),
    (re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE), r"\1 " + REDACTED),
)


def is_secret(name: str) -> bool:
    """Whether what goes under this name is not to be told."""
    return bool(_SECRET_NAME.search(name))


def redacted(value: Any, name: str = "") -> Any:
    """The value without what is secret in it: by its name, names within it, or what it looks like."""
    if name and is_secret(name) and not isinstance(value, bool | None):
        return REDACTED
    if isinstance(value, Mapping):
        return {key: redacted(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(each) for each in value]
    return _without_logins(value) if isinstance(value, str) else value


def _without_logins(text: str) -> str:
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text
