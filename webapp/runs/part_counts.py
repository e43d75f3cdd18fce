"""What came of the parts that a run received: counts that add up to the number received (R10)."""

from __future__ import annotations

from typing import NamedTuple

from webapp.core.enums import ITEM_HELD
from webapp.core.run_states import RunItemState
from webapp.models import RunItem
from webapp.runs.run_labels import Progress


class PartCounts(NamedTuple):
    """Rows received, and what came of them: `received` is the sum of the others.

    `merged` rows were replaced by a later row of the same part. `skipped` and `kept` rows could not be used;
    parts of the latter kept their quantity, and the skipped report has both. `unused` are rows of codes that
    failed, whose pull is held, or that the run did not come to apply.
    """

    received: int
    synced: int
    skipped: int
    merged: int
    kept: int
    unused: int

    @classmethod
    def of_item(cls, item: RunItem) -> PartCounts:
        """Return the counts of one supplier code."""
        is_applied = item.status == RunItemState.SUCCEEDED and item.error_kind != ITEM_HELD
        applied = item.fetched if is_applied else 0
        kept = item.kept - item.kept_absent
        return cls.of(item.fetched, applied, item.synced, item.skipped, kept)

    @classmethod
    def of_run(cls, progress: Progress) -> PartCounts:
        """Return the counts of all codes of a run."""
        kept = progress.kept - progress.kept_absent
        return cls.of(progress.fetched, progress.applied, progress.synced, progress.skipped, kept)

    @classmethod
    def of(cls, received: int, applied: int, synced: int, listed: int, kept: int) -> PartCounts:
        """Return the counts; `applied` of the received rows are of applied codes, `listed` were skipped or
        kept."""
        kept = min(kept, listed)
        merged = max(0, applied - synced - listed)
        return cls(received, synced, listed - kept, merged, kept, received - applied)

    @property
    def listed(self) -> int:
        """The rows in the skipped report."""
        return self.skipped + self.kept
