"""The static files' versions, and how htmx is set up."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import current_app

HTMX_CONFIG: Final[dict[str, Any]] = {
    # Inline styles and eval would need holes in the Content-Security-Policy.
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    # No snapshot of a dealer's pages is left in the browser's storage.
    "historyCacheSize": 0,
    # What is swapped in answers to htmx at once: a key pressed within a delay would send it as a plain page.
    "defaultSettleDelay": 0,
    "timeout": 20_000,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        # These answers are ours and made for the place that asked; other errors may be a gateway's.
        {"code": "400|401|403|404|409|422|429", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


def static_version(name: str) -> str:
    """A short hash of a static file, part of its address."""
    return _hash(Path(current_app.static_folder or "") / name)


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
