"""Signing secrets of webhooks, in the format of Standard Webhooks. Pure.

Earlier versions made secrets without `whsec_`; those remain valid.
"""

from __future__ import annotations

import base64
import secrets
from typing import Final

PREFIX: Final = "whsec_"
KEY_BYTES: Final = 32


def new_secret() -> str:
    """Return `whsec_` and the base64 of a random key."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return the key of `webhook-signature`: the decoded secret, or the text of one without `whsec_`."""
    if secret.startswith(PREFIX):
        return base64.b64decode(secret.removeprefix(PREFIX))
    return secret.encode()
