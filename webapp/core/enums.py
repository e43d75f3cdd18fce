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
# All weekdays disabled (R7): one bit for each, as in `Configuration.disabled_days`.
EVERY_WEEKDAY: Final = (1 << len(WEEKDAYS)) - 1

ROLES: Final = ("dealer", "staff")
ROLE_LABELS: Final = {"dealer": "Dealer", "staff": "Staff"}

# `retry` is a run of only the codes that failed in an earlier run. `alias` follows a change of aliases (R22)
# or of other rules of a dealer. `preview` applies what a preview planned, `held` a held pull, and `restore`
# returns codes to an earlier state.
RUN_TRIGGERS: Final = ("scheduled", "manual", "command", "retry", "alias", "preview", "held", "restore")
# Runs that apply stored pulls and request nothing: they say nothing about whether syncing works.
STORED_TRIGGERS: Final = ("alias", "preview", "held", "restore")
# The reasons why a due slot starts no run (R6).
BY_HAND_TRIGGERS: Final = ("manual", "command")
# Runs whose failed codes are retried by a run of their own.
RETRIED_TRIGGERS: Final = ("scheduled", "manual", "retry")
# Kinds of errors after which a code is retried. After other kinds a user must act first.
PASSING_ERRORS: Final = frozenset(
    {"transient", "rate_limited", "bad_answer", "database", "internal", "out_of_time"}
)
# How often a run tries a code.
CODE_TRIES: Final = 2

# A held clearing waits for a decision (`held`). The user has it applied (`applying`, `applied`) or keeps the
# quantities (`kept`), until the next pull confirms it (`confirmed`) or supersedes it (`overtaken`).
HELD_CLEARING_STATES: Final = ("held", "applying", "applied", "kept", "confirmed", "overtaken")
OPEN_CLEARING_STATES: Final = ("held", "applying", "kept")

# A held pull waits for a decision (`held`). The user has it applied (`applying`, `applied`) or keeps what the
# webstore has (`kept`), until a later pull supersedes it (`overtaken`) or its code is removed (`expired`).
HELD_PULL_STATES: Final = ("held", "applying", "applied", "kept", "overtaken", "expired")
OPEN_PULL_STATES: Final = ("held", "applying", "kept")
# `RunItem.error_kind` of a code whose pull is held: it succeeded, and nothing of it was applied (R27).
ITEM_HELD: Final = "held"

CATALOG_IMPORT_STATES: Final = ("queued", "running", "succeeded", "partial", "failed")

# Scans for unmapped codes (R20). `setup` is the one that a new dealer's first connection starts.
CODE_SCAN_STATES: Final = ("queued", "running", "succeeded", "failed")
CODE_SCAN_TRIGGERS: Final = ("manual", "weekly", "command", "setup")

CHECK_STATES: Final = ("unchecked", "checking", "connected", "refused")

# Live requests for one part (R23).
PART_REQUEST_STATES: Final = ("waiting", "answered", "failed")

# Actors in the audit log: a dealer's user or staff in the browser, a command, or the scheduler.
AUDIT_ACTORS: Final = ("dealer", "staff", "command", "schedule")

# Emails to users about their own account: two with a link, and two notifications of a change.
ACCOUNT_EVENTS: Final = ("invitation", "reset", "password_changed", "second_factor_changed")
# Alert messages: event, channel and delivery state; a message that is no longer needed is dropped.
ALERT_EVENTS: Final = (
    "opened",
    "recovered",
    "test",
    "digest",
    *ACCOUNT_EVENTS,
    "confirmation",
    "limit",
    "weekly",
    "freezes",
    "summary",
)
# How often a recipient gets a summary of changes.
SUMMARY_PERIODS: Final = ("daily", "weekly")
SUMMARY_PERIOD_LABELS: Final = {"": "Off", "daily": "Daily", "weekly": "Weekly"}
ALERT_CHANNELS: Final = ("email", "webhook")
ALERT_DELIVERY_STATES: Final = ("waiting", "delivered", "failed", "dropped")

# Why shelf stock changed: a part was reported, is no longer reported, or moved to another code (R14); a user
# had a held clearing applied, removed a code with its stock (R4), or restored an earlier state.
CHANGE_CAUSES: Final = ("reported", "cleared", "moved", "approved", "removed", "restored")

# A preview of an update, or of a change of settings (R24), and its states. `applied`: its run was started.
PREVIEW_KINDS: Final = ("run", "settings")
PREVIEW_STATES: Final = ("queued", "planning", "ready", "applied", "replaced", "failed")
# A dealer has one such preview of each kind.
CURRENT_PREVIEW_STATES: Final = ("queued", "planning", "ready")

# How an alias was found (R22): by the candidate of an unmatched part (R12), or by a user.
ALIAS_KINDS: Final = ("punctuation", "leading_zeros", "supersession", "upc", "manual")
# Why an alias has no effect any more: the manufacturer no longer sells its product, or sells a product under
# the part number itself.
ALIAS_FAULTS: Final = ("target_gone", "matches_itself")

# What a freeze leaves as it is (R26): the stock of a code, of a manufacturer, or all of a dealer.
FREEZE_SCOPES: Final = ("code", "manufacturer", "all")
# How a lock on a product ended (R28): it was replaced by another, removed by a user, or its time was over.
LOCK_ENDINGS: Final = ("changed", "removed", "expired")

REPORT_KINDS: Final = ("inventory", "skipped")
