"""The words of the program as closed lists, and the key under which text is compared.

Pure: both halves of the program and the database constraints read them from here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CATALOGS: Final = ("aftermarket", "oem", "private_label")
CATALOG_LABELS: Final = {"aftermarket": "Aftermarket", "oem": "OEM", "private_label": "Private Label"}

PRICINGS: Final = ("disabled", "retail", "current_active")
PRICING_LABELS: Final = {"disabled": "Disabled", "retail": "Retail", "current_active": "Current Active"}

QUANTITY_COLUMNS: Final = ("on_hand", "available")
QUANTITY_COLUMN_LABELS: Final = {"on_hand": "On Hand", "available": "Available"}

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

ROLES: Final = ("dealer", "staff")
ROLE_LABELS: Final = {"dealer": "Dealer", "staff": "Staff"}

RUN_STATES: Final = ("queued", "running", "succeeded", "partial", "failed", "skipped", "cancelled")
ACTIVE_RUN_STATES: Final = ("queued", "running")
ENDED_RUN_STATES: Final = ("succeeded", "partial", "failed", "skipped", "cancelled")
# `retry` is a run of the codes alone that failed in an earlier one.
RUN_TRIGGERS: Final = ("scheduled", "manual", "command", "retry")
# What takes the place of a slot that has begun (R6).
BY_HAND_TRIGGERS: Final = ("manual", "command")

# `waiting` and `running` exist only while the run is active.
RUN_ITEM_STATES: Final = ("waiting", "running", "succeeded", "failed", "not_tried")

# A held clearing waits for a person (`held`) who has it carried out (`applying`, `applied`) or keeps the
# quantities (`kept`), until the next pull says the same (`confirmed`) or something else (`overtaken`).
HELD_CLEARING_STATES: Final = ("held", "applying", "applied", "kept", "confirmed", "overtaken")

CATALOG_IMPORT_STATES: Final = ("queued", "running", "succeeded", "partial", "failed")

CHECK_STATES: Final = ("unchecked", "checking", "connected", "refused")

# Who did what is noted: a dealer's user or staff in the browser, a command, or the program by itself.
AUDIT_ACTORS: Final = ("dealer", "staff", "command", "schedule")

# What people are written to about their own account: two links, and two that tell of a change.
ACCOUNT_EVENTS: Final = ("invitation", "reset", "password_changed", "second_factor_changed")
# What is told of an alert, how, and what became of it; a message that nobody waits for any more is dropped.
ALERT_EVENTS: Final = ("opened", "recovered", "test", "digest", *ACCOUNT_EVENTS, "confirmation", "limit")
ALERT_CHANNELS: Final = ("email", "webhook")
ALERT_DELIVERY_STATES: Final = ("waiting", "delivered", "failed", "dropped")

REPORT_KINDS: Final = ("inventory", "skipped")

MAX_LEAD_TIME_DAYS: Final = 365
DEFAULT_LEAD_TIME_DAYS: Final = 1

# Quantities are stored as 32-bit integers on PostgreSQL.
MAX_QUANTITY: Final = 2_147_483_647

# R10: a part whose last change is further back than this is left out.
FRESH_DAYS: Final = 365

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")

# Unicode's Default_Ignorable_Code_Point: zero-width characters, soft hyphen, byte order mark and others.
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Of these the ones that turn the direction of writing: text with them reads other than it is, and is refused.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(f"(?!{_TURNING.pattern})[{INVISIBLE}]")
# All that Unicode counts as a space or a line end, outside ASCII.
_SPACES = re.compile("[\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def cleaned(text: str) -> str:
    """Text as people see it: composed (NFC), every space a plain one, nothing invisible, trimmed."""
    if text.isascii():
        return text.strip()
    composed = unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text)))
    return composed.strip()


def key_of(text: str | None) -> str:
    """The form under which codes, part numbers and names are compared: as seen, without case (R4, R12).

    The keys in the database are made by it. Another form needs a migration that makes them again.
    """
    if not text:
        return ""
    if text.isascii():
        return text.strip().casefold()
    seen = cleaned(_TURNING.sub("", text))
    return cleaned(unicodedata.normalize("NFC", seen.casefold()))


def bare_key_of(text: str | None) -> str:
    """`key_of` without punctuation and spaces: finds candidates, never matches (R12)."""
    key = key_of(text)
    return key if key.isalnum() else _NOT_ALPHANUMERIC.sub("", key)
