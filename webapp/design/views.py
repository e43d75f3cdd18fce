"""The page of components, and the dialog that it opens."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template

from webapp.design import examples
from webapp.web import htmx

pages = Blueprint("design", __name__, url_prefix="/design")


@pages.get("")
def show() -> str:
    """Show every component."""
    charts = [examples.chart(runs) for runs in (30, 1)]
    form = examples.ExampleForm(formdata=None)
    return render_template("design/page.html", form=form, charts=charts, codes=examples.CODES)


@pages.get("/dialog")
def show_dialog() -> Response:
    """Show the dialog, or the page that stands for it."""
    return _answer()


@pages.post("/saving")
def save() -> Response:
    """Answer as after a change: with a toast."""
    flash("Saved.", "success")
    return _answer()


def _answer() -> Response:
    # Distinct ids: the page behind the dialog has the same fields.
    form = examples.ExampleForm(formdata=None, prefix="dialog-")
    return htmx.answer("design/dialog", form=form)
