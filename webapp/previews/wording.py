"""Previews in words: state, subject, and the names of kinds of changes."""

from __future__ import annotations

from typing import Any, Final

from webapp.core import clock
from webapp.core.enums import PRICING_LABELS, QUANTITY_COLUMN_LABELS
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Preview, SupplierCode
from webapp.previews.overrides import Overrides, of_stored
from webapp.previews.results import PreviewedCode, PreviewResult
from webapp.web.numbers import count
from webapp.web.status_labels import StatusLabel

KIND_LABELS: Final = {
    "new": "New",
    "up": "Up",
    "down": "Down",
    "to_zero": "To zero",
    "price_up": "Price up",
    "price_down": "Price down",
}
# A worker takes a preview within seconds. After this long it waits for something.
WAITS_LONG_SECONDS: Final = 20


def status(result: PreviewResult) -> StatusLabel:
    """Return the state of a preview, with its progress or reason."""
    preview = result.preview
    if preview.state == "queued":
        waited = (clock.now() - (preview.finished_at or preview.created_at)).total_seconds()
        sentence = "Inventory updates come first. It continues after them."
        return StatusLabel("Waiting", "info", sentence if waited > WAITS_LONG_SECONDS else "")
    if preview.state == "planning":
        return StatusLabel("Planning", "info", _progress(result))
    if preview.state == "failed":
        return StatusLabel("Failed", "danger", preview.reason or "")
    if preview.state == "applied":
        return StatusLabel("Saved" if preview.kind == "settings" else "Applied", "success")
    if preview.state == "replaced":
        return StatusLabel("Replaced", "secondary", "A newer preview was started.")
    return StatusLabel("Ready", "success")


def _progress(result: PreviewResult) -> str:
    if not result.codes:
        return ""
    done = sum(
        code.status != RunItemState.RUNNING and bool(code.fetched or code.error) for code in result.codes
    )
    fetched = count(sum(code.fetched for code in result.codes), "part")
    return f"{done} of {count(len(result.codes), 'supplier code')}, {fetched} so far."


def code_status(code: PreviewedCode) -> StatusLabel:
    """Return the state of a code of a preview that is ready."""
    if code.status == RunItemState.FAILED:
        return StatusLabel("Would fail", "danger")
    if code.error:
        return StatusLabel("Would be on hold", "warning")
    return StatusLabel("Planned", "success") if code.is_planned else StatusLabel("Not planned", "secondary")


def subject(preview: Preview) -> str:
    """Say what is previewed, in short."""
    chosen = of_stored(preview.overrides)
    if chosen.mapped:
        return f"Your webstore with the {count(len(chosen.mapped), 'code')} of your setup"
    if preview.kind == "settings":
        return "With " + "; ".join(_changed(chosen))
    if preview.code_key is None:
        return "The next update of all supplier codes"
    return f"The next update of {_code(preview.dealer_id, SupplierCode.code_key == preview.code_key)}"


def _changed(overrides: Overrides) -> list[str]:
    dealer_code = SupplierCode.id
    said = []
    if overrides.quantity_column is not None:
        said.append(f"Quantity Column {QUANTITY_COLUMN_LABELS[overrides.quantity_column]}")
    if overrides.clear_previous is not None:
        said.append(f"Clear Previous Quantities {'on' if overrides.clear_previous else 'off'}")
    if overrides.pricing is not None:
        of = (
            _code(None, dealer_code == overrides.of_mapping) if overrides.of_mapping else "all supplier codes"
        )
        said.append(f"LightSpeed Pricing {PRICING_LABELS[overrides.pricing]} for {of}")
    if overrides.without is not None:
        said.append(f"{_code(None, dealer_code == overrides.without)} removed")
    if overrides.buffer_units is not None:
        said.append(f"a safety buffer of {overrides.buffer_units}")
    return said


def _code(dealer_id: int | None, condition: Any) -> str:
    query = db.select(SupplierCode.code).where(condition)
    if dealer_id is not None:
        query = query.where(SupplierCode.dealer_id == dealer_id)
    return db.session.scalar(query.limit(1)) or "a removed supplier code"


def mark(result: PreviewResult) -> str:
    """Return a version that changes whenever the page would: a poll with the same one gets no content."""
    preview = result.preview
    done = "".join(code.status[0] for code in result.codes)
    return f"{preview.state}-{preview.attempt}-{done}-{sum(code.fetched for code in result.codes)}"
