"""The lock of one product: set or change it (R28)."""

from __future__ import annotations

from flask import Response, abort, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select

from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.locks import locking
from webapp.locks.forms import LockForm
from webapp.models import Product, ProductLock
from webapp.search import figures
from webapp.web import htmx, tenancy
from webapp.web.lock_texts import lock_figures

pages = tenancy.dealer_blueprint("lock_form", __name__, "/locks/products")


@pages.get("/<id:product_id>")
def show(product_id: int) -> Response:
    """Show the form with the product's lock, or empty."""
    product, lock = _found(product_id)
    return _answer(product, lock, LockForm.of(lock, g.dealer.zone))


@pages.post("/<id:product_id>")
def save(product_id: int) -> ResponseReturnValue:
    """Lock the product, or change its lock."""
    product, lock = _found(product_id)
    form = LockForm()
    values = form.locked(g.dealer.zone)
    if values is None:
        return _answer(product, lock, form, 422)
    try:
        locking.set_lock(g.dealer, product_id, values, current_user, expected=form.expected)
    except Refused as refusal:
        flash(str(refusal), "danger")
        product, lock = _found(product_id)
        return _answer(product, lock, LockForm.of(lock, g.dealer.zone), 409)
    flash(f"Locked {product.brand} {product.mpn}: {lock_figures(values)}.", "success")
    return htmx.redirect_to(url_for("locks.index"))


def _found(product_id: int) -> tuple[Product, ProductLock | None]:
    """Return a product that the dealer can sell, with its lock; else 404."""
    of_dealer = Product.owner_key.in_((0, g.dealer.id))
    product = db.session.scalar(select(Product).where(Product.id == product_id, of_dealer)) or abort(404)
    return product, locking.open_locks(g.dealer.id, [product_id]).get(product_id)


def _answer(product: Product, lock: ProductLock | None, form: LockForm, status: int = 200) -> Response:
    unlocked = figures.unlocked(db.session(), g.dealer.id, [product.id]).get(product.id)
    return htmx.answer("locks/form", status, product=product, lock=lock, form=form, unlocked=unlocked)
