"""Codes that a form selects, each with the manufacturer chosen for it."""

from __future__ import annotations

from typing import Final

from werkzeug.datastructures import MultiDict

from webapp.core.errors import Refused
from webapp.core.limits import MAX_ID

# Prefix of the field with a code's manufacturer; the rest of its name is the code's key.
MANUFACTURER_OF: Final = "manufacturer:"


def chosen_codes(form: MultiDict[str, str]) -> dict[str, int]:
    """Return the manufacturer's id by code key: of the code whose button was pressed, else of all selected.

    Raises Refused if none is selected, or one has no manufacturer.
    """
    only = form.get("only")
    keys = [only] if only is not None else list(dict.fromkeys(form.getlist("code")))
    if not keys:
        raise Refused("Select at least one code.")
    chosen = {key: form.get(MANUFACTURER_OF + key, "") for key in keys}
    missing = [key.upper() for key, maker in chosen.items() if not _is_id(maker)]
    if missing:
        raise Refused(f"Choose a manufacturer for {', '.join(missing)}.")
    return {key: int(maker) for key, maker in chosen.items()}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) <= MAX_ID
