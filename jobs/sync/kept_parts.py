"""Keeps the quantity of parts that a pull has no evidence about, and clears those that moved to another code.

R10: an unusable row is not evidence that its part is gone. R14: parts that are no longer reported are stored
by part number for as long as they are on the shelf. All functions are called within the transaction that
applies a code.
"""

from __future__ import annotations

from jobs.sources.source import SourceError
from jobs.sync import kept_sql as sql
from jobs.sync import moved_sql, previous_pulls, rules
from jobs.sync.apply_sql import MATCH, MATCH_AFTER_PREVIOUS, MATCH_FIRST
from jobs.sync.execute_sql import Key, count, execute, rows
from webapp.models import Run, RunItem

_COUNT_CONCLUSIVE = (
    "SELECT count(*) FROM (SELECT 1 FROM reported_parts"
    " WHERE run_item_id = :item AND (reason IS NULL OR reason IN :evidence) LIMIT 1) AS found"
)
_COUNT_REASONS = "SELECT reason, count(*) FROM reported_parts WHERE run_item_id = :item GROUP BY reason"


def key_of(run: Run, item: RunItem) -> Key:
    """Return the parameters of the statements that apply an item, from its current and previous pull."""
    key: Key = {"run": run.id, "dealer": run.dealer_id, "item": item.id, "code": item.code_key}
    current, previous = previous_pulls.Pull.of(item.id), previous_pulls.previous(key)
    return {
        **key,
        "moment": current.moment,
        "unnamed": current.unnamed,
        "previous": previous.item_id if previous else None,
        "last": previous.moment if previous else None,
        "unnamed_before": previous.unnamed if previous else 0,
    }


def refuse_without_evidence(key: Key) -> None:
    """Raise SourceError if a pull has rows and none of them is evidence about a part (R10).

    Such a pull is incomplete. A pull without rows is complete: its end was proven.
    """
    if count(_COUNT_CONCLUSIVE, {**key, "evidence": list(rules.EVIDENCE)}):
        return
    counts = {row[0]: int(row[1]) for row in rows(_COUNT_REASONS, key)}
    if counts:
        raise SourceError(rules.no_evidence(counts), "bad_answer")


def match(key: Key) -> None:
    """Match each part with its product, and store since when it is reported if codes share a manufacturer."""
    if not previous_pulls.is_shared(key):
        execute(MATCH, key)
    elif key["previous"] is None:
        execute(MATCH_FIRST, key)
    else:
        execute(MATCH_AFTER_PREVIOUS, key)


def keep(key: Key, clears: bool) -> None:
    """Keep the quantity of parts without evidence, and retain parts that the pull no longer contains.

    With Clear Previous Quantities the latter are set to zero at once, unless a row without a part number may
    be the missing part.
    """
    if key["previous"] is not None:
        execute(sql.KEEP_REPORTED, key)
    execute(sql.KEEP_RETAINED, key)
    if key["previous"] is not None and (not clears or key["unnamed"] > key["unnamed_before"]):
        execute(sql.RETAIN, key)
    execute(sql.KEEP_UNEXPLAINED, {**key, "previous": key["previous"] or 0})


def clear_moved_parts(key: Key) -> int:
    """Set parts to zero that moved to another code of their manufacturer (R14)."""
    if not previous_pulls.is_shared(key):
        return 0
    moved = execute(moved_sql.MARK_MOVED, {**key, "pulls": [key["item"], *previous_pulls.of_siblings(key)]})
    if not moved:
        return 0
    cleared = execute(moved_sql.CLEAR_MOVED_PARTS, key)
    execute(moved_sql.FORGET_MOVED, key)
    return cleared


def count_kept(key: Key, clears: bool) -> int:
    """Return the number of parts that kept their quantity because of unusable rows."""
    return count(sql.COUNT_KEPT, key) + (count(sql.COUNT_DOUBTED, key) if clears else 0)
