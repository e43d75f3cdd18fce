"""Fetches the codes of a preview as a run would, and stores their rows (R24)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Any

from sqlalchemy import delete, insert, select, update

from jobs.previews import preview_lease
from jobs.previews.preview_lease import PreviewLease
from jobs.sources.source import Page, SourceError
from jobs.sync import old_data
from jobs.sync.applying import preview_rows, stored_rows
from jobs.sync.background_watch import Watch
from jobs.sync.dealer_session import DealerSession
from jobs.sync.fetch import Progress, Pulled, pages_of, pull
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.listed_codes import ListedCodes
from jobs.sync.refusals import sentence_of
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Preview, PreviewCode, PreviewPull, Run, RunItem
from webapp.previews import requests
from webapp.previews.basis import basis_of


class Fetching:
    """The fetches of one preview. `run` and its items are in no database: they say what is requested."""

    def __init__(
        self,
        lease: PreviewLease,
        run: Run,
        session: DealerSession,
        watch: Watch,
        tell: Callable[[str], None],
    ) -> None:
        self._lease = lease
        self._run = run
        self._session = session
        self._watch = watch
        self._tell = tell
        self._codes = ListedCodes(lease.dealer_id)
        self._code_keys: dict[int, str] = {}
        self._stored: dict[str, bytes] = {}
        # All pages are counted with the code's rows.
        self._progress = Progress(self._count, most_uncounted=inf)

    def begin(self, items: Sequence[RunItem]) -> list[RunItem]:
        """Note the codes to fetch, and return those that an earlier worker has not fetched.

        All are fetched again if what the plan depends on has changed since: the stored rows may be newer.
        """
        number = self._lease.preview_id
        preview = db.session.get_one(Preview, number, populate_existing=True)
        basis = basis_of(preview.dealer_id, preview.dealer.timezone)
        fetched = PreviewCode.preview_id == number, PreviewCode.digest.is_not(None)
        done = set(db.session.scalars(select(PreviewCode.code_key).where(*fetched)))
        if preview.basis != basis:
            requests.forget_plan(number, self._lease.dealer_id)
            done = set()
        left = [item for item in items if item.code_key not in done]
        forgotten = [item.code_key for item in left]
        of_preview = delete(PreviewPull).where(PreviewPull.preview_id == number)
        db.session.execute(of_preview.where(PreviewPull.code_key.in_(forgotten)))
        of_preview = delete(PreviewCode).where(PreviewCode.preview_id == number)
        db.session.execute(of_preview.where(PreviewCode.code_key.in_(forgotten)))
        preview_lease.write(self._lease, {"basis": basis, "heartbeat_at": clock.now()})
        if left:
            db.session.execute(insert(PreviewCode), [_code_of(number, item) for item in left])
        self._stored = stored_rows.digests(self._lease.dealer_id)
        db.session.commit()
        return left

    def fetch(self, items: Sequence[RunItem]) -> None:
        """Fetch codes one after the other; one that fails does not stop the others (R11).

        Raises RunInterrupted for what concerns all of them.
        """
        for item in items:
            self._watch()
            self._session.listing(item.code_key)
            db.session.commit()
            try:
                pulled = self._pull(item)
            except SourceError as error:
                sentence = sentence_of(error, self._lease.dealer_id)
                db.session.commit()
                if error.account_wide:
                    raise RunInterrupted(Interruption.ACCOUNT_REFUSED, sentence) from None
                self._tell(f"{item.supplier_code}: failed: {sentence}")
                self._write(item, {"status": RunItemState.FAILED, "error": sentence})
                continue
            if (too_old := old_data.refusal(self._run, pulled)) is not None:
                self._write(item, {"status": RunItemState.FAILED, "error": too_old.sentence})
            else:
                self._store(item, pulled)

    def _pull(self, item: RunItem) -> Pulled:
        self._code_keys[item.id] = item.code_key
        service = self._session.service()
        pages = pages_of(self._run, item, service, self._codes, self._watch)
        try:
            known = self._codes.last_pull(item.code_key)
            return pull(item, pages, self._watch, lambda: None, self._tell, self._progress, known)
        except BaseException:
            pages.abandon()
            raise

    def _store(self, item: RunItem, pulled: Pulled) -> None:
        gathered = pulled.rows.gathered.summary_now()
        values = {
            "status": RunItemState.WAITING,
            "fetched": self._progress.fetched,
            "digest": pulled.rows.digest,
            "gathered_at": gathered.median if gathered else None,
            "gathered_from": gathered.oldest if gathered else None,
            "spelling": pulled.spelling,
        }
        try:
            if self._stored.get(item.code_key) != pulled.rows.digest:
                preview_rows.keep(self._lease.preview_id, item.code_key, pulled.rows)
            self._write(item, values)
        finally:
            pulled.rows.close()

    def _count(self, item_id: int, _pages: Sequence[Page]) -> None:
        values = {"status": RunItemState.RUNNING, "fetched": self._progress.fetched}
        self._write_code(self._code_keys[item_id], values)

    def _write(self, item: RunItem, values: dict[str, Any]) -> None:
        self._write_code(item.code_key, values)

    def _write_code(self, code_key: str, values: dict[str, Any]) -> None:
        """Write to a code's row, and commit. Raises LeaseLost."""
        preview_lease.write(self._lease, {"heartbeat_at": clock.now()})
        of_code = PreviewCode.preview_id == self._lease.preview_id, PreviewCode.code_key == code_key
        db.session.execute(update(PreviewCode).where(*of_code).values(values))
        db.session.commit()


def _code_of(preview_id: int, item: RunItem) -> dict[str, Any]:
    return {
        "preview_id": preview_id,
        "code_key": item.code_key,
        "position": item.position,
        "supplier_code": item.supplier_code,
        "status": RunItemState.WAITING,
    }
