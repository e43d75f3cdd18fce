"""Guards: the dealer's defaults, the codes with what applies to each, and the guards of one code (R27)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.extensions import db
from webapp.guards import code_list, minimum_prices, settings, stored_rules
from webapp.guards.forms import CodeForm, DefaultsForm, data_of_code, data_of_defaults
from webapp.guards.rules import GuardValues
from webapp.models import Run, SupplierCode
from webapp.web import htmx, tenancy
from webapp.web.query_args import whole

pages = tenancy.dealer_blueprint("guards", __name__, "/guards")


@pages.get("")
def index() -> Response:
    """Show the defaults, and the codes with what applies to each."""
    stored = stored_rules.read(db.session.connection(), g.dealer.id)
    return _answer(DefaultsForm(formdata=None, data=data_of_defaults(stored)))


@pages.post("")
def save() -> ResponseReturnValue:
    """Save the defaults."""
    form = DefaultsForm()
    if not form.validate():
        return _answer(form, 422)
    outcome = settings.save_defaults(g.dealer, form.values(), form.placeholders(), current_user)
    flash(f"Guards saved. {effect(outcome.run)}" if outcome.is_changed else "Nothing to save.", "success")
    return htmx.redirect_to(url_for(".index"))


@pages.get("/<id:code_id>")
def edit(code_id: int) -> Response:
    """Show the guards of a code as a form."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    stored = stored_rules.read(db.session.connection(), g.dealer.id)
    own = stored.codes.get((row.code_key, row.manufacturer_id), GuardValues())
    return _answer_code(row, CodeForm(formdata=None, data=data_of_code(own)))


@pages.post("/<id:code_id>")
def save_code(code_id: int) -> ResponseReturnValue:
    """Save the guards of a code."""
    row = tenancy.of_dealer(SupplierCode, code_id)
    form = CodeForm()
    if not form.validate():
        return _answer_code(row, form, 422)
    outcome = settings.save_code(g.dealer, row, form.values(), current_user)
    saved = f"Guards of {row.code} saved. {effect(outcome.run)}"
    flash(saved if outcome.is_changed else "Nothing to save.", "success")
    return htmx.redirect_to(url_for(".index"))


def effect(run: Run | None) -> str:
    """Say when a change shows on the webstore."""
    if run is not None:
        return f"Run {run.id} is applying the change now."
    return "The change takes effect with the current or next update."


def _answer(form: DefaultsForm, status: int = 200) -> Response:
    stored = stored_rules.read(db.session.connection(), g.dealer.id)
    minimums = minimum_prices.number_of(g.dealer)
    page = whole(request.args, "page") or 1
    return htmx.answer(
        "guards",
        status,
        form=form,
        listed=code_list.code_list(g.dealer.id, stored, page, has_minimums=minimums > 0),
        blocked=code_list.count_blocked(g.dealer.id),
        minimums=minimums,
    )


def _answer_code(row: SupplierCode, form: CodeForm, status: int = 200) -> Response:
    stored = stored_rules.read(db.session.connection(), g.dealer.id)
    defaults = {name: _default(value) for name, value in data_of_defaults(stored).items()}
    return htmx.answer("guards/code", status, row=row, form=form, defaults=defaults)


def _default(value: str | bool) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value or "off"
