"""Counts the rows of a pull that may be any part of the code (R10)."""

from __future__ import annotations

from itertools import takewhile

from jobs.sync import rules
from jobs.sync.applying.blocks import Blocks
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.stored_rows import PullRows


def count(context: CodeContext, received: PullRows, stored: Blocks, *, are_stored: bool) -> int:
    """Count the rows without a part number that may be in stock.

    `are_stored`: the rows are those of the stored pull, whose blocks are `stored`.
    """
    if are_stored and stored.all and stored.all[0].first_key:
        return 0
    found = 0
    for _, raw in takewhile(lambda row: not row[0], received.in_key_order()):
        verdict = rules.judge(raw, context.expected)
        is_unnamed = verdict.reason in (rules.UNREADABLE, rules.NO_PART_NUMBER)
        found += is_unnamed and (verdict.quantity is None or verdict.quantity > 0)
    return found
