"""htmx contract: one template for page and fragment, and the differences of their responses."""

from __future__ import annotations

from flask import Response, flash, get_flashed_messages, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

ALERTS = "_alerts.html"


def wants_fragment() -> bool:
    """Return whether htmx requests a fragment; restoring history requires the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def answer(
    page: str, status: int = 200, *, part: str = "_fragment", also: tuple[str, ...] = (), **context: object
) -> Response:
    """Render a folder's page, or for htmx its `part`, with the fragments `also` out of band."""
    if not wants_fragment():
        return make_response(render_template(f"{page}/page.html", **context), status)
    return fragment(f"{page}/{part}.html", status, also=also, **context)


def fragment(template: str, status: int = 200, *, also: tuple[str, ...] = (), **context: object) -> Response:
    """Render a fragment, with others (`also`) out of band; after a change, the alerts too."""
    body = render_template(template, **context)
    body += "".join(render_template(name, **context, out_of_band=True) for name in also)
    if request.method != "GET":
        body += alerts()
    return make_response(body, status)


def alerts() -> str:
    """Render the flashed messages, swapped out of band into every alert region."""
    messages = get_flashed_messages(with_categories=True)
    return render_template(ALERTS, messages=messages, out_of_band=True)


def redirect_to(url: str) -> ResponseReturnValue:
    """Redirect htmx after a change that is shown on another page."""
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def refuse(message: str, status: int) -> Response:
    """Send only an alert: htmx leaves the form unchanged, so that no input is lost."""
    flash(message, "danger")
    return make_response(alerts(), status, {"HX-Reswap": "none"})
