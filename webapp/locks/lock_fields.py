"""Checks the fields of a lock as a form or a file gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from webapp.core import clock, text_checks
from webapp.core.errors import FieldRefused
from webapp.core.limits import MAX_CENTS, MAX_LEAD_TIME_DAYS, MAX_QUANTITY
from webapp.core.text_keys import cleaned
from webapp.locks.locking import LockValues
from webapp.web.times import end_of_day

FIELDS: Final = ("quantity", "sale_price", "lead_time_days", "hidden", "until", "reason")
MAX_REASON_LENGTH: Final = 200
_PRICE: Final = re.compile(r"\$?(\d{1,8})(?:\.(\d{1,2}))?")
_YES, _NO = ("yes", "y", "true", "1"), ("", "no", "n", "false", "0")


def check(zone: ZoneInfo, given: Mapping[str, str]) -> tuple[LockValues | None, list[FieldRefused]]:
    """Return the values of the fields, or None and what is wrong with each; all fields may be empty texts.

    The last day is one of the dealer's time zone.
    """
    texts = {name: cleaned(given.get(name, "")) for name in FIELDS}
    found: dict[str, Any] = {}
    errors = []
    checks: dict[str, Callable[[str], Any]] = _CHECKS | {"until": lambda text: _until(text, zone)}
    for name, check_field in checks.items():
        try:
            found[name] = check_field(texts[name])
        except FieldRefused as refusal:
            errors.append(refusal)
    if not errors and not found["hidden"] and all(found[name] is None for name in FIELDS[:3]):
        what = "lock the quantity, the price or the lead time, or hide the product"
        errors.append(FieldRefused("quantity", what))
    if errors:
        return None, errors
    return LockValues(*(found[name] for name in FIELDS)), []


def _whole(name: str, text: str, most: int) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= most:
        return int(text)
    raise FieldRefused(name, f"must be a whole number from 0 to {most:,}")


def _price(text: str) -> int | None:
    if not text:
        return None
    found = _PRICE.fullmatch(text.replace(",", ""))
    cents = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
    if 0 < cents <= MAX_CENTS:
        return cents
    raise FieldRefused("sale_price", "must be an amount above 0, such as 12.95")


def _hidden(text: str) -> bool:
    if text.casefold() in (*_YES, *_NO):
        return text.casefold() in _YES
    raise FieldRefused("hidden", "must be yes or empty")


def _until(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    today = clock.now().astimezone(zone).date()
    try:
        day = _american(text, zone) if "/" in text else date.fromisoformat(text)
    except ValueError:
        raise FieldRefused("until", f"must be a day such as {today.isoformat()}") from None
    if not today <= day or day.year >= 2100:
        raise FieldRefused("until", "must be today or later")
    return end_of_day(day, zone).astimezone(UTC)


def _american(text: str, zone: ZoneInfo) -> date:
    """Read a date as Excel writes it when it saves a CSV file."""
    return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=zone).date()


def _reason(text: str) -> str:
    if not text:
        raise FieldRefused("reason", "is missing: say why, so your team knows")
    error = text_checks.character_error("reason", text) or text_checks.length_error(
        "reason", text, MAX_REASON_LENGTH
    )
    if error:
        raise FieldRefused("reason", error)
    return text


_CHECKS: Final[dict[str, Callable[[str], Any]]] = {
    "quantity": lambda text: _whole("quantity", text, MAX_QUANTITY),
    "sale_price": _price,
    "lead_time_days": lambda text: _whole("lead_time_days", text, MAX_LEAD_TIME_DAYS),
    "hidden": _hidden,
    "reason": _reason,
}
