"""Query string parsing. Invalid values count as absent; list pages say that they aren't applied."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Final

from flask import g, has_request_context, request
from werkzeug.datastructures import MultiDict

from webapp.core.limits import MAX_INT32, MAX_SEARCH_LENGTH

# Places in a list, its order, and what a poll shows.
_NO_FILTERS: Final = frozenset({"page", "before", "after", "items", "seen", "sort"})


def whole(arguments: MultiDict[str, str], name: str) -> int | None:
    """Return an integer from 1 to the database's maximum, or None."""
    number = _whole(arguments.get(name, ""))
    _note(arguments, name, is_usable=number is not None)
    return number


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
    found = _day(arguments.get(name, "").strip())
    _note(arguments, name, is_usable=found is not None)
    return found


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def text(arguments: MultiDict[str, str], name: str) -> str:
    """Return stripped text; text with unprintable characters counts as absent."""
    given = arguments.get(name, "").strip()
    _note(arguments, name, is_usable=given.isprintable())
    return given[:MAX_SEARCH_LENGTH] if given.isprintable() else ""


def one_of(arguments: MultiDict[str, str], name: str, options: Container[str], default: str = "") -> str:
    """Return one of the options, or the default."""
    given = text(arguments, name)
    _note(arguments, name, is_usable=given in options)
    return given if given in options else default


def unusable() -> frozenset[str]:
    """Return the names of the request's filters that were read and have a value that cannot be used."""
    return frozenset(g.get("unusable_filters", ()))


def _note(arguments: MultiDict[str, str], name: str, *, is_usable: bool) -> None:
    if is_usable or name in _NO_FILTERS or not arguments.get(name, "").strip():
        return
    if has_request_context() and arguments is request.args:
        g.setdefault("unusable_filters", set()).add(name)
