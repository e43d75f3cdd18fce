"""Closed lists of values and their labels. Pure.

The database constraints, `webapp` and `jobs` use them.
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

# `retry` is a run of only the codes that failed in an earlier run.
RUN_TRIGGERS: Final = ("scheduled", "manual", "command", "retry")
# The reasons why a due slot starts no run (R6).
BY_HAND_TRIGGERS: Final = ("manual", "command")

# A held clearing waits for a decision (`held`). The user has it applied (`applying`, `applied`) or keeps the
# quantities (`kept`), until the next pull confirms it (`confirmed`) or supersedes it (`overtaken`).
HELD_CLEARING_STATES: Final = ("held", "applying", "applied", "kept", "confirmed", "overtaken")
OPEN_CLEARING_STATES: Final = ("held", "applying", "kept")

CATALOG_IMPORT_STATES: Final = ("queued", "running", "succeeded", "partial", "failed")

CHECK_STATES: Final = ("unchecked", "checking", "connected", "refused")

# Actors in the audit log: a dealer's user or staff in the browser, a command, or the scheduler.
AUDIT_ACTORS: Final = ("dealer", "staff", "command", "schedule")

# Emails to users about their own account: two with a link, and two notifications of a change.
ACCOUNT_EVENTS: Final = ("invitation", "reset", "password_changed", "second_factor_changed")
# Alert messages: event, channel and delivery state; a message that is no longer needed is dropped.
ALERT_EVENTS: Final = ("opened", "recovered", "test", "digest", *ACCOUNT_EVENTS, "confirmation", "limit")
ALERT_CHANNELS: Final = ("email", "webhook")
ALERT_DELIVERY_STATES: Final = ("waiting", "delivered", "failed", "dropped")

REPORT_KINDS: Final = ("inventory", "skipped")
