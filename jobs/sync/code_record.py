"""Records the results of a run's codes: failures, codes left out, and that the credentials work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import structlog

from jobs.sync import lease, run_items
from jobs.sync.code_result import CodeResult
from webapp.core.run_states import RunItemState
from webapp.lightspeed import configurations
from webapp.models import RunItem

log = structlog.get_logger(__name__)


class Record:
    """The results of one run's codes under one lease."""

    def __init__(
        self, run_lease: lease.Lease, dealer_id: int, items: Iterable[RunItem], tell: Callable[[str], None]
    ) -> None:
        self._lease = run_lease
        self._dealer_id = dealer_id
        self._codes = {item.id: item.supplier_code for item in items}
        self._tell = tell
        self._is_connected = False

    def connected(self) -> None:
        """Record once in the run that the credentials work."""
        if self._is_connected:
            return
        with lease.transaction(self._lease):
            configurations.record_finding(self._dealer_id, None)
        self._is_connected = True

    def applied(self, item_id: int, fetched: int, counts: Mapping[str, int]) -> None:
        """Log and print that a code was applied; its counts are stored already."""
        self._tell(_summary(self._codes[item_id], fetched, counts))
        log.info("item.applied", **{name: counts[name] for name in ("synced", "kept", "changed", "held")})

    def unsuccessful(self, item_id: int, result: CodeResult) -> None:
        """Record that a code failed or was left out. Can be repeated."""
        with lease.transaction(self._lease):
            before = run_items.state_of(item_id)
            if before == RunItemState.SUCCEEDED:
                # A step after the commit failed; the next run or the tick repeats it.
                return
            # A retry that ends before its fetch leaves the code failed as it was.
            if before != result.state:
                self._write(item_id, result)
        if result.state is RunItemState.FAILED:
            log.warning("item.failed", kind=result.kind, sentence=result.sentence)
            self._tell(f"{self._codes[item_id]}: failed: {result.sentence}")

    def _write(self, item_id: int, result: CodeResult) -> None:
        if result.state is RunItemState.NOT_TRIED:
            run_items.leave_out(item_id, result.sentence)
            return
        if result.error is not None:
            run_items.count_requests(item_id, result.error)
            if result.error.account_wide:
                configurations.record_finding(self._dealer_id, result.sentence)
        run_items.fail_item(item_id, result.kind, result.sentence, result.gathered)


def _summary(code: str, fetched: int, counts: Mapping[str, int]) -> str:
    return (
        f"{code}: fetched {fetched}, synced {counts['synced']}, skipped {counts['skipped']}, "
        f"kept {counts['kept']}, cleared {counts['cleared']}, changed {counts['changed']} products"
    ) + f", held {counts['held']}" * bool(counts["held"])
