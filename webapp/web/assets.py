"""Versions of the static files, and the configuration of htmx."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import current_app

HTMX_CONFIG: Final[dict[str, Any]] = {
    # Inline styles and eval would require exceptions in the Content-Security-Policy.
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    # No snapshot of a dealer's pages is kept in the browser's storage.
    "historyCacheSize": 0,
    # Swap responses without a delay: a key pressed during it would submit the form as a plain request.
    "defaultSettleDelay": 0,
    "timeout": 20_000,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        # These responses are ours and made for the requesting element; other errors may come from a gateway.
        {"code": "400|401|403|404|409|422|429", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


def static_version(name: str) -> str:
    """Return a short content hash of a static file, part of its URL."""
    return _hash(Path(current_app.static_folder or "") / name)


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
