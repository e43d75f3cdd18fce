"""Preview page: starts previews of the next update and of changes of settings (R24)."""

from __future__ import annotations

from flask import Response, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select

from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.models import Preview, StoredPull, SupplierCode
from webapp.previews import overrides, requests, results, wording
from webapp.previews.forms import SettingsForm, UpdateForm
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("previews", __name__, "/previews")
NOT_CONNECTED = "Connect to Lightspeed first"


@pages.get("")
def index() -> Response:
    """Show the two forms, and the last preview of each kind."""
    return _answer()


@pages.post("")
def create() -> ResponseReturnValue:
    """Start a preview of the next update."""
    form = UpdateForm(_codes())
    if hindrance := _hindrance():
        form.blame("", hindrance)
        return _answer(409, update=form)
    if not form.validate():
        return _answer(422, update=form)
    return _started(requests.start(g.dealer, "run", code_key=form.code_key, by=current_user))


@pages.post("/settings")
def create_of_settings() -> ResponseReturnValue:
    """Start a preview of a change of settings."""
    form = SettingsForm(tenancy.shown_configuration(), _codes())
    if not form.validate():
        return _answer(422, settings=form)
    try:
        chosen = overrides.checked(g.dealer, form.overrides())
    except FieldRefused as refused:
        form.blame(refused.field, str(refused))
        return _answer(422, settings=form)
    return _started(requests.start(g.dealer, "settings", overrides=chosen.stored(), by=current_user))


def _started(preview: Preview) -> ResponseReturnValue:
    return htmx.redirect_to(url_for("preview_results.show", preview_id=preview.id))


def _codes() -> list[SupplierCode]:
    query = select(SupplierCode).where(SupplierCode.dealer_id == g.dealer.id)
    return list(db.session.scalars(query.order_by(SupplierCode.position, SupplierCode.id)))


def _hindrance() -> str:
    """Return why no update can be previewed; empty if one can."""
    return "" if tenancy.shown_configuration().enabled else NOT_CONNECTED


def _answer(
    status: int = 200, update: UpdateForm | None = None, settings: SettingsForm | None = None
) -> Response:
    codes, configuration = _codes(), tenancy.shown_configuration()
    latest = [requests.latest(g.dealer.id, kind) for kind in ("run", "settings")]
    stored = select(StoredPull.code_key).where(StoredPull.dealer_id == g.dealer.id).limit(1)
    return htmx.answer(
        "previews",
        status,
        update=update or UpdateForm(codes, formdata=None),
        settings=settings or SettingsForm(configuration, codes, formdata=None),
        has_codes=bool(codes),
        has_pulls=db.session.scalar(stored) is not None,
        hindrance=_hindrance(),
        latest=[results.result_of(preview) for preview in latest if preview is not None],
        wording=wording,
    )
