"""Keeps the quantity of parts that a pull has no evidence about, and clears those that moved to another code.

R10: a row that cannot be used is no evidence that its part is gone. R14: what is no longer reported is
remembered for as long as it is on the shelf, by part number. All of this is called within the transaction
that applies a code.
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
    """The parameters of the statements that apply an item: what it is, and what is known of its pulls."""
    key: Key = {"run": run.id, "dealer": run.dealer_id, "item": item.id, "code": item.code_key}
    this, last = previous_pulls.Pull.of(item.id), previous_pulls.previous(key)
    return {
        **key,
        "moment": this.moment,
        "unnamed": this.unnamed,
        "previous": last.item_id if last else None,
        "last": last.moment if last else None,
        "unnamed_before": last.unnamed if last else 0,
    }


def refuse_without_evidence(key: Key) -> None:
    """Refuse a pull of which no row can be used and none says that a part is gone (R10).

    Such a pull is not complete. A pull without any row is: its end was proven. Raises SourceError.
    """
    if count(_COUNT_CONCLUSIVE, {**key, "evidence": list(rules.EVIDENCE)}):
        return
    counts = {row[0]: int(row[1]) for row in rows(_COUNT_REASONS, key)}
    if counts:
        raise SourceError(rules.no_evidence(counts), "bad_answer")


def match(key: Key) -> None:
    """Find the product of each part, noting since when the code reports it where another code may as well."""
    if not previous_pulls.is_shared(key):
        execute(MATCH, key)
    elif key["previous"] is None:
        execute(MATCH_FIRST, key)
    else:
        execute(MATCH_AFTER_PREVIOUS, key)


def keep(key: Key, clears: bool) -> None:
    """Keep what the pull says nothing of, and remember what it no longer contains.

    With Clear Previous Quantities the latter is set to zero at once, unless a row without a part number may
    be the missing one.
    """
    if key["previous"] is not None:
        execute(sql.KEEP_REPORTED, key)
    execute(sql.KEEP_RETAINED, key)
    if key["previous"] is not None and (not clears or key["unnamed"] > key["unnamed_before"]):
        execute(sql.RETAIN, key)
    execute(sql.KEEP_UNEXPLAINED, {**key, "previous": key["previous"] or 0})


def clear_moved_parts(key: Key) -> int:
    """Set to zero what is left of parts that moved to another code of their manufacturer (R14)."""
    if not previous_pulls.is_shared(key):
        return 0
    moved = execute(moved_sql.MARK_MOVED, {**key, "pulls": [key["item"], *previous_pulls.of_siblings(key)]})
    if not moved:
        return 0
    cleared = execute(moved_sql.CLEAR_MOVED_PARTS, key)
    execute(moved_sql.FORGET_MOVED, key)
    return cleared


def count_kept(key: Key, clears: bool) -> int:
    """How many parts kept their quantity because their rows could not be used."""
    return count(sql.COUNT_KEPT, key) + (count(sql.COUNT_DOUBTED, key) if clears else 0)
