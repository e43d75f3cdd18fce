"""Saves the settings that a preview shows (R24)."""

from __future__ import annotations

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.models import Preview
from webapp.previewed_settings import saving
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("previewed_settings", __name__, "/previews/<id:preview_id>/settings")


@pages.post("")
def save(preview_id: int) -> ResponseReturnValue:
    """Save the settings; if others were changed since, the preview is planned again and says so."""
    preview = tenancy.of_dealer(Preview, preview_id)
    try:
        saved = saving.save(g.dealer, preview.id, current_user)
    except Refused as refusal:
        flash(str(refusal), "danger")
    else:
        if saved.is_saved:
            flash(f"Settings saved. {_effect(saved)}", "success")
    return htmx.redirect_to(url_for("preview_results.show", preview_id=preview_id))


def _effect(saved: saving.Saved) -> str:
    if saved.run is not None:
        return f"Run {saved.run.id} is applying them now."
    return "They take effect with the next update."
