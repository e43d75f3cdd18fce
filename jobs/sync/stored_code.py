"""Applies one code of a run that requests nothing: its rows, or its earlier stock, are stored (R22, R25)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from jobs.reports.lines import RenderedLines
from jobs.sync import alias_runs, held_runs, lease, preview_runs, run_items
from jobs.sync.applying import held_rows, stored_rows
from jobs.sync.applying.apply import apply
from jobs.sync.applying.context import RunMappings
from jobs.sync.applying.held_rows import HeldRows
from jobs.sync.applying.preview_rows import PreviewRows
from jobs.sync.applying.stored_rows import StoredRows
from jobs.sync.code_result import REMOVED, CodeResult, not_tried
from jobs.sync.dealer_session import DealerSession
from jobs.sync.heartbeat import Heartbeat
from jobs.sync.restoring.code_restore import CodeRestores
from webapp.extensions import db
from webapp.models import Run, RunItem


class StoredSource(NamedTuple):
    """Where runs of one kind find the rows of a code, and what they say if there are none."""

    rows: Callable[[Run, RunItem], StoredRows | HeldRows | PreviewRows | None]
    missing: str
    # What else is written with the code.
    also: Callable[[Run, RunItem], None] = lambda run, item: None


class Applied(NamedTuple):
    """The number of rows that were applied, and the item's counts."""

    rows: int
    counts: Mapping[str, int]


# By trigger, one of `STORED_TRIGGERS`; a restore has no rows.
SOURCES: Final[dict[str, StoredSource]] = {
    "alias": StoredSource(
        lambda run, item: stored_rows.of_code(run.dealer_id, item.code_key), alias_runs.NO_PULL
    ),
    "held": StoredSource(
        lambda run, item: held_rows.of_code(run.dealer_id, item.code_key), held_runs.NOT_HELD
    ),
    "preview": StoredSource(preview_runs.rows_of, preview_runs.GONE, preview_runs.keep_spelling),
}


class StoredCodes:
    """Applies the codes of one run under its lease, without a request or a login."""

    def __init__(
        self,
        run_lease: lease.Lease,
        run: Run,
        session: DealerSession,
        heartbeat: Heartbeat,
        rendered: RenderedLines,
        mappings: RunMappings,
    ) -> None:
        self._lease = run_lease
        self._run = run
        self._restores = CodeRestores(run_lease, run)
        self._session = session
        self._heartbeat = heartbeat
        self._rendered = rendered
        self._mappings = mappings

    def apply(self, item: RunItem) -> Applied | CodeResult:
        """Apply a code's stored rows; a result without counts if there are none, or it was removed."""
        if self._run.trigger == "restore":
            return Applied(0, self._restores.restore(item))
        source = SOURCES[self._run.trigger]
        stored = source.rows(self._run, item)
        if stored is None:
            db.session.commit()
            return not_tried(source.missing)
        with lease.transaction(self._lease):
            if not self._session.listing(item.code_key).is_listed:
                return not_tried(REMOVED)
            run_items.open_item(item.id, len(stored))
        self._heartbeat()
        also = partial(source.also, self._run, item)
        counts = apply(self._lease, self._run, item, stored, self._rendered, self._mappings, also=also)
        return Applied(len(stored), counts)
