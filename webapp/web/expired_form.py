"""Form submitted without script after its session expired: shown again on a page, to be resubmitted.

With script such a form stays in place; without, the browser has already left the page.
"""

from __future__ import annotations

from flask import Response, make_response, render_template, request


def answer(status: int, *, needs_password: bool = False) -> Response | None:
    """Return the page, or None if the form isn't ours.

    It states what to do first: sign in, or, with `needs_password`, only confirm the password.
    """
    if not _is_ours():
        return None
    sent = list(request.form.items(multi=True))
    fields = [(name, value) for name, value in sent if name != "csrf_token" and not _is_password(name)]
    forgets = bool(request.files) or any(value and _is_password(name) for name, value in sent)
    page = render_template(
        "errors/sent_late.html", fields=fields, forgets=forgets, needs_password=needs_password
    )
    return make_response(page, status)


def _is_ours() -> bool:
    # Another site could submit its own form, and trick the visitor into sending it with one click.
    from_here = request.headers.get("Origin") == request.host_url.rstrip("/")
    return request.method == "POST" and from_here and request.blueprint != "security"


def _is_password(name: str) -> bool:
    return "password" in name
