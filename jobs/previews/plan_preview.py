"""One preview: codes are fetched without a lock, then planned and rolled back in one transaction (R24)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import structlog
from sqlalchemy import select

from jobs.previews import preview_lease, stored_plan
from jobs.previews.fetching import Fetching
from jobs.previews.overriding import added_codes, overriding
from jobs.previews.planned_codes import plan_codes
from jobs.previews.planned_run import Rows, unsaved_items, unsaved_run
from jobs.previews.preview_lease import LeaseLost, PreviewLease
from jobs.sources.source import Credentials, Source
from jobs.sync.applying import stored_rows
from jobs.sync.applying.preview_rows import PreviewRows
from jobs.sync.applying.stored_rows import PullRows
from jobs.sync.background_watch import GivesWay, Watch
from jobs.sync.dealer_session import DealerSession
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Dealer, Preview, PreviewCode

log = structlog.get_logger(__name__)

BROKEN = "Something went wrong on our side. Try again later."
NO_CODES = "There are currently no supplier codes configured"
NOT_LISTED = "This code is no longer in your list of supplier codes."
NOTHING_STORED = "Nothing from Lightspeed is on file yet. Preview an update instead."


def plan_preview(
    preview_id: int,
    connect: Callable[[Credentials], Source],
    should_stop: Callable[[], bool] = lambda: False,
    *,
    gives_way: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> bool:
    """Plan a preview until its end; false if it does not wait, or was left for later or for another worker.

    It is left while the dealer has a run, and with `gives_way` also while other runs wait for a worker; what
    was fetched is kept. What the service refuses ends it as failed, with the reason on its row.
    """
    lease = preview_lease.acquire(preview_id)
    if lease is None:
        return False
    with structlog.contextvars.bound_contextvars(preview=preview_id, dealer=lease.dealer_id):
        return _plan(lease, _Planning(lease, connect, should_stop, tell, gives_way=gives_way))


def _plan(lease: PreviewLease, planning: _Planning) -> bool:
    try:
        planning.plan()
    except LeaseLost:
        log.warning("preview.lost")
        return False
    except GivesWay:
        db.session.rollback()
        with suppress(LeaseLost):
            preview_lease.release(lease)
        return False
    except RunInterrupted as refused:
        db.session.rollback()
        with suppress(LeaseLost):
            preview_lease.fail(lease, str(refused))
    except Exception:
        db.session.rollback()
        with suppress(LeaseLost):
            preview_lease.fail(lease, BROKEN)
        raise
    return True


class _Planning:
    def __init__(
        self,
        lease: PreviewLease,
        connect: Callable[[Credentials], Source],
        should_stop: Callable[[], bool],
        tell: Callable[[str], None],
        *,
        gives_way: bool,
    ) -> None:
        self._lease = lease
        self._session = DealerSession(lease.dealer_id, connect)
        self._should_stop = should_stop
        self._tell = tell
        self._watch = Watch(
            lambda: preview_lease.renew(lease), lease.dealer_id, should_stop, gives_way=gives_way
        )
        preview = db.session.get_one(Preview, lease.preview_id, populate_existing=True)
        self._is_of_run, self._code_key = preview.kind == "run", preview.code_key
        self._overrides = preview.overrides or {}
        self._today = clock.local_today(preview.dealer.timezone)
        db.session.commit()

    def plan(self) -> None:
        self._watch()
        rows = self._fetch() if self._is_of_run else self._stored()
        override = overriding(self._lease.dealer_id, self._overrides)
        with preview_lease.kept_alive(self._lease):
            plan = plan_codes(self._lease.dealer_id, self._today, rows, override, self._should_stop)
        if not self._is_of_run and not plan.codes and not plan.failed:
            raise RunInterrupted(Interruption.SKIPPED, NOTHING_STORED)
        stored_plan.store(self._lease, plan, self._today)
        log.info("preview.planned", codes=len(plan.codes))

    def _fetch(self) -> Rows:
        """Fetch the codes; return how their rows are found."""
        dealer = db.session.get_one(Dealer, self._lease.dealer_id)
        items = unsaved_items(dealer, self._code_key, added_codes(dealer.id, self._overrides))
        run = unsaved_run(dealer, self._today)
        db.session.commit()
        if not items:
            raise RunInterrupted(Interruption.SKIPPED, NOT_LISTED if self._code_key else NO_CODES)
        fetching = Fetching(self._lease, run, self._session, self._watch, self._tell)
        fetching.fetch(fetching.begin(items))
        return self._fetched().get

    def _fetched(self) -> dict[str, PullRows]:
        query = select(PreviewCode).where(
            PreviewCode.preview_id == self._lease.preview_id, PreviewCode.status == RunItemState.WAITING
        )
        codes = db.session.scalars(query.execution_options(populate_existing=True))
        return {code.code_key: PreviewRows(code, self._lease.dealer_id) for code in codes}

    def _stored(self) -> Rows:
        return lambda code_key: stored_rows.of_code(self._lease.dealer_id, code_key)
