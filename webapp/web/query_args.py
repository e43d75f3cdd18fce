"""Query string parsing; invalid values count as absent."""

from __future__ import annotations

from datetime import date

from werkzeug.datastructures import MultiDict

from webapp.core.limits import MAX_INT32, MAX_SEARCH_LENGTH


def whole(arguments: MultiDict[str, str], name: str) -> int | None:
    """Return an integer from 1 to the database's maximum, or None."""
    return _whole(arguments.get(name, ""))


def wholes(arguments: MultiDict[str, str], name: str, most: int) -> list[int]:
    """Return each such integer once, in order: at most `most`."""
    numbers = (_whole(given) for given in arguments.getlist(name))
    return list(dict.fromkeys(number for number in numbers if number is not None))[:most]


def _whole(given: str) -> int | None:
    if not (given.isascii() and given.isdigit() and len(given) <= 10):
        return None
    return int(given) if 1 <= int(given) <= MAX_INT32 else None


def day(arguments: MultiDict[str, str], name: str) -> date | None:
    """Return a date such as `2025-11-03`, of this century, or None."""
    try:
        given = date.fromisoformat(arguments.get(name, "").strip())
    except ValueError:
        return None
    return given if 2000 <= given.year < 2100 else None


def text(arguments: MultiDict[str, str], name: str) -> str:
    """Return stripped text; text with unprintable characters counts as absent."""
    given = arguments.get(name, "").strip()
    return given[:MAX_SEARCH_LENGTH] if given.isprintable() else ""
