"""A form that was sent without script, and too late for its session: kept on a page, to be sent once more.

With script such a form stays where it is; without, the browser has left it by the time it is refused.
"""

from __future__ import annotations

from flask import Response, make_response, render_template, request


def answer(status: int, *, needs_password: bool = False) -> Response | None:
    """The page, or None where there is nothing of ours to keep.

    It says what must come first: to sign in, or, with `needs_password`, only to give the password once more.
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
    # Another site could have its own form refused here, and the visitor led to send it with one press.
    from_here = request.headers.get("Origin") == request.host_url.rstrip("/")
    return request.method == "POST" and from_here and request.blueprint != "security"


def _is_password(name: str) -> bool:
    return "password" in name
