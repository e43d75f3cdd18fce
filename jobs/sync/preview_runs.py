"""Runs of the kind `preview`: they apply the rows that were fetched for one, without a request (R24)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import select

from jobs.sync.applying.preview_rows import PreviewRows
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.listed_codes import ListedCodes
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Preview, PreviewCode, Run, RunItem
from webapp.previews import requests
from webapp.previews.basis import basis_of, differences

NOT_PREVIEWED: Final = "Not part of this run: it wasn't in the preview."
FAILED: Final = "Not part of this run: it failed in the preview."
GONE: Final = "The preview was replaced before it was applied."
OUTDATED: Final = "We're making a new preview, because this changed after it: {what}."


class Outdated(RunInterrupted):
    """What the preview's plan depends on has changed: nothing of it is applied."""


def refuse_outdated(run: Run) -> None:
    """Raise Outdated if the preview is gone, or its plan is not what a run would do now."""
    preview = _of_run(run.id)
    if preview is None or preview.today is None:
        raise Outdated(Interruption.SKIPPED, GONE)
    if changed := differences(preview.basis, basis_of(run.dealer_id, preview.dealer.timezone)):
        raise Outdated(Interruption.SKIPPED, OUTDATED.format(what=", ".join(changed)))


def plan_again(run_id: int, outdated: Outdated) -> None:
    """Have the preview of a run be planned again, and say so on its page."""
    preview = _of_run(run_id)
    if preview is not None:
        requests.plan_again(preview, str(outdated))
        db.session.commit()
        requests.enqueue_jobs([preview.id])


def left_out(dealer_id: int, _quantity_column: str) -> Callable[[str], str | None]:
    """Return why the run does not apply a code, by its key; None if it does."""
    applied = Preview.dealer_id == dealer_id, Preview.kind == "run", Preview.state == "applied"
    query = select(Preview.id).where(*applied)
    preview_id = db.session.scalar(query.order_by(Preview.id.desc()).limit(1))
    of_preview = select(PreviewCode.code_key, PreviewCode.status).where(PreviewCode.preview_id == preview_id)
    states = {row.code_key: row.status for row in db.session.execute(of_preview)}

    def reason(code_key: str) -> str | None:
        if code_key not in states:
            return NOT_PREVIEWED
        return FAILED if states[code_key] == RunItemState.FAILED else None

    return reason


def rows_of(run: Run, item: RunItem) -> PreviewRows | None:
    """Return the rows that were fetched for a code; None if the preview was replaced."""
    code = _code_of(run, item)
    return PreviewRows(code, run.dealer_id) if code is not None else None


def keep_spelling(run: Run, item: RunItem) -> None:
    """Store how the rows spell their code, as a run that fetches them does (R4); the caller commits."""
    code = _code_of(run, item)
    if code is not None and code.spelling is not None:
        ListedCodes(run.dealer_id).keep(item.code_key, code.spelling)


def _code_of(run: Run, item: RunItem) -> PreviewCode | None:
    query = select(PreviewCode).join(Preview, Preview.id == PreviewCode.preview_id)
    return db.session.scalar(query.where(Preview.run_id == run.id, PreviewCode.code_key == item.code_key))


def _of_run(run_id: int) -> Preview | None:
    query = select(Preview).where(Preview.run_id == run_id, Preview.state == "applied")
    return db.session.scalar(query.execution_options(populate_existing=True))
