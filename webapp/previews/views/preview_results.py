"""Result of a preview: what would change, as a page and as CSV; and the run that applies it (R24)."""

from __future__ import annotations

from flask import Response, abort, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.engine import Connection

from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Configuration, Preview
from webapp.previews import results, run_now, wording
from webapp.previews.overrides import of_stored
from webapp.previews.summary import KINDS
from webapp.runs import changes_csv, lifecycle
from webapp.web import downloads, htmx, replica, tenancy

pages = tenancy.dealer_blueprint("preview_results", __name__, "/previews/<id:preview_id>")
NOT_PLANNED = "This preview has no results."


@pages.get("")
def show(preview_id: int) -> Response:
    """Show a preview. A poll passes the version it shows in `seen`, and gets no content without news."""
    preview = tenancy.of_dealer(Preview, preview_id)
    result = results.result_of(preview)
    if htmx.wants_fragment() and request.args.get("seen") == wording.mark(result):
        return Response(status=204)
    return _answer(result)


@pages.post("/run")
def run(preview_id: int) -> ResponseReturnValue:
    """Apply the preview, or have it planned again if something has changed."""
    preview = tenancy.of_dealer(Preview, preview_id)
    started = run_now.run_now(preview, current_user)
    if started is None:
        return htmx.redirect_to(url_for(".show", preview_id=preview.id))
    return htmx.redirect_to(url_for("runs.show", run_id=started.id))


@pages.get("/changes.csv")
def download(preview_id: int) -> Response:
    """Send all planned changes as an attachment."""
    preview = tenancy.of_dealer(Preview, preview_id)
    if preview.state not in ("ready", "applied"):
        abort(404, NOT_PLANNED)
    number, dealer_id = preview.id, preview.dealer_id

    def blocks(connection: Connection) -> results.Blocks:
        return results.blocks_of(connection, number, dealer_id)

    headers = downloads.headers(f"preview-{number}.csv")
    content = changes_csv.pieces_of(replica.engine(), blocks)
    return Response(content, mimetype=downloads.CSV, headers=headers)


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the preview as it is now with the reason."""
    flash(str(refusal), "danger")
    preview_id = int((request.view_args or {})["preview_id"])
    return _answer(results.result_of(tenancy.of_dealer(Preview, preview_id)), 409)


def _answer(result: results.PreviewResult, status: int = 200) -> Response:
    configuration = db.session.get(Configuration, g.dealer.id)
    return htmx.answer(
        "previews/result",
        status,
        result=result,
        preview=result.preview,
        state=wording.status(result),
        subject=wording.subject(result.preview),
        mark=wording.mark(result),
        kinds=KINDS,
        wording=wording,
        is_of_setup=bool(of_stored(result.preview.overrides).mapped),
        is_live=lifecycle.has_supplier_codes(g.dealer.id),
        has_plan=result.preview.state in ("ready", "applied"),
        is_disabled_today=configuration is not None and lifecycle.is_disabled_today(configuration),
    )
