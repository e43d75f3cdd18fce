"""Pages of the guides and of the keys."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, send_from_directory

from webapp.help.guides import IMAGES, guide
from webapp.web import htmx, navigation, tenancy

# What a dealer's user needs to sign in is in the guide too, so it is for everyone.
pages = Blueprint("help", __name__, url_prefix="/help/dealer-guide")
staff_pages = tenancy.staff_blueprint("staff_help", __name__, "/help/staff-guide")
key_pages = tenancy.personal_blueprint("keys", __name__, "/help/keys")


@pages.get("")
def show() -> str:
    """Show the dealer guide."""
    return _page("dealer-guide")


@pages.get("/images/<name>")
def image(name: str) -> Response:
    """Send an image of the dealer guide."""
    return _image("dealer-guide", name)


@staff_pages.get("", endpoint="show")
def show_to_staff() -> str:
    """Show the staff guide."""
    return _page("staff-guide")


@staff_pages.get("/images/<name>", endpoint="image")
def image_for_staff(name: str) -> Response:
    """Send an image of the staff guide."""
    return _image("staff-guide", name)


@key_pages.get("")
def index() -> Response:
    """List the keys."""
    return htmx.answer("help/keys", groups=list(navigation.keys()))


def _page(name: str) -> str:
    return render_template("help/guide.html", guide=guide(name), name=name)


def _image(name: str, image: str) -> Response:
    if image not in guide(name).images:
        abort(404)
    return send_from_directory(IMAGES, image)
