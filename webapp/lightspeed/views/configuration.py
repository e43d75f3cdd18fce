"""LightSpeed Configuration page: three sections, each saved on its own."""

from __future__ import annotations

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import reauthentication
from webapp.core.errors import FieldRefused
from webapp.lightspeed import configurations, connection
from webapp.lightspeed.forms import CredentialsForm, SettingsForm
from webapp.runs import lifecycle
from webapp.runs.daily_schedule import DailySchedule
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("lightspeed", __name__, "/lightspeed")
CREDENTIALS_SAVED = "3PA/Data Warehouse settings saved."
CHANGED = {"HX-Trigger": "configuration-changed"}
VERSION = ("lightspeed/_version.html",)
BANNERS = ("lightspeed/_banners.html", "lightspeed/_schedule.html")


@pages.get("")
def show() -> Response:
    """Show the page."""
    return _answer("_fragment")


@pages.get("/connection")
def show_connection() -> Response:
    """Show the result of the validation; empty while pending, so that the text doesn't flicker (R3)."""
    configuration = tenancy.shown_configuration()
    if not htmx.wants_fragment():
        return _answer("_connection")
    if connection.is_awaited(configuration):
        return Response(status=204)
    # The first success makes the dealer ready for scheduled runs.
    response = _answer("_connection")
    response.headers.update(CHANGED)
    return response


@pages.get("/availability")
def show_availability() -> Response:
    """Show the section that depends on the others: R1, R5."""
    return _answer("_availability", also=BANNERS)


@pages.post("/credentials")
@reauthentication.required
def save_credentials() -> ResponseReturnValue:
    """Save the 3PA credentials and validate them."""
    configuration = configurations.locked(g.dealer)
    form = CredentialsForm(configuration)
    if not form.validate():
        return _answer("_credentials", 422, credentials=form)
    if form.is_stale(configuration):
        return _answer("_credentials", 409, credentials=form.catch_up(configuration))
    try:
        configurations.save_credentials(configuration, **form.changes())
    except FieldRefused as refusal:
        form.blame(refusal.field, str(refusal))
        return _answer("_credentials", 422, credentials=form)
    # The result of the check is shown beside the button, and says that they were saved.
    return _saved("_credentials", "" if connection.is_awaited(configuration) else CREDENTIALS_SAVED)


@pages.post("/settings")
def save_settings() -> ResponseReturnValue:
    """Save the inventory settings."""
    configuration = configurations.locked(g.dealer)
    form = SettingsForm(configuration)
    if not form.validate():
        return _answer("_settings", 422, settings=form)
    if form.is_stale(configuration):
        return _answer("_settings", 409, settings=form.catch_up(configuration))
    configurations.save_settings(configuration, **form.changes())
    return _saved("_settings", "Parts & Accessories Inventory Settings saved.")


@pages.post("/check")
def check() -> ResponseReturnValue:
    """Validate the stored credentials again."""
    configurations.start_check(configurations.locked(g.dealer))
    if htmx.wants_fragment():
        return _answer("_connection")
    return htmx.redirect_to(url_for(".show"))


def _saved(part: str, message: str) -> ResponseReturnValue:
    if message:
        flash(message, "success")
    if not htmx.wants_fragment():
        return htmx.redirect_to(url_for(".show"))
    response = _answer(part, also=VERSION)
    response.headers.update(CHANGED)
    return response


def _answer(
    part: str,
    status: int = 200,
    *,
    credentials: CredentialsForm | None = None,
    settings: SettingsForm | None = None,
    also: tuple[str, ...] = (),
) -> Response:
    """Render the page, or a part of it; forms that are not given show what is stored."""
    configuration = tenancy.shown_configuration()
    return htmx.answer(
        "lightspeed",
        status,
        part=part,
        also=also,
        configuration=configuration,
        credentials=credentials or CredentialsForm(configuration, formdata=None),
        settings=settings or SettingsForm(configuration, formdata=None),
        has_codes=lifecycle.has_supplier_codes(g.dealer.id),
        active_run=lifecycle.active(g.dealer.id),
        schedule=DailySchedule.of(g.dealer, configuration),
    )
