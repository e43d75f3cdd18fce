"""Closed lists of values and their labels. Pure.

Both halves of the program and the database constraints read them from here.
"""

from __future__ import annotations

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
