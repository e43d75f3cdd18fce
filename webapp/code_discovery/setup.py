"""Setup of a new dealer, step by step: connect, find codes, review them, preview, go live.

The step follows from what is stored, so that it can be left at any time and continued by another user. What
is chosen in the review is kept with the codes found; nothing is mapped before the dealer goes live.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from sqlalchemy import select

from webapp import audit
from webapp.code_discovery import decisions
from webapp.code_discovery.unmapped_codes import quantity_column_of
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import CodeScan, Configuration, Dealer, FoundCode, Preview, Run, User
from webapp.previews import requests
from webapp.previews.overrides import Overrides, of_stored
from webapp.runs import lifecycle

NOTHING_CHOSEN: Final = "Select at least one code for your webstore."
REVIEWED_AGAIN: Final = "The review changed after this page was shown. Check the new one, then go live."


class Step(StrEnum):
    """Steps in their order."""

    CONNECT = "connect"
    FIND = "find"
    REVIEW = "review"
    PREVIEW = "preview"
    DONE = "done"


LABELS: Final = {
    Step.CONNECT: "Connect",
    Step.FIND: "Find codes",
    Step.REVIEW: "Review",
    Step.PREVIEW: "Preview",
    Step.DONE: "Go live",
}


@dataclass(frozen=True)
class Chosen:
    """What a user chose in the review: manufacturers by code key, and the quantity column."""

    manufacturers: Mapping[str, int]
    quantity_column: str


def current_step(configuration: Configuration, scan: CodeScan | None) -> Step:
    """Return the step that comes next."""
    if lifecycle.has_supplier_codes(configuration.dealer_id):
        return Step.DONE
    if not (configuration.enabled and configuration.check_state == "connected"):
        return Step.CONNECT
    if scan is None or scan.completed_at is None:
        return Step.FIND
    return Step.PREVIEW if scan.reviewed_at else Step.REVIEW


def save_review(dealer: Dealer, chosen: Chosen, user: User) -> None:
    """Keep what was chosen, and commit. Raises Refused if nothing was."""
    if not chosen.manufacturers:
        raise Refused(NOTHING_CHOSEN)
    configuration = configurations.locked(dealer)
    decisions.require_offered(dealer, chosen.manufacturers)
    for row in db.session.scalars(select(FoundCode).where(FoundCode.dealer_id == dealer.id)):
        row.chosen_manufacturer_id = chosen.manufacturers.get(row.code_key)
    scan = db.session.get_one(CodeScan, dealer.id)
    scan.reviewed_at, scan.reviewed_by_id = clock.now(), user.id
    audit.note("setup.reviewed", f"{len(chosen.manufacturers)} codes", dealer_id=dealer.id)
    configurations.save_settings(configuration, quantity_column=chosen.quantity_column)


def chosen_manufacturers(dealer_id: int) -> dict[str, int]:
    """Return the manufacturers chosen in the review, by code key."""
    query = select(FoundCode.code_key, FoundCode.chosen_manufacturer_id).where(
        FoundCode.dealer_id == dealer_id,
        FoundCode.parts > 0,
        FoundCode.chosen_manufacturer_id.is_not(None),
    )
    return {
        key: maker
        for key, maker in db.session.execute(query.order_by(FoundCode.code_key))
        if maker is not None
    }


def review_digest(dealer_id: int) -> str:
    """Return a digest of the review as it is stored: the chosen codes, and the quantity column."""
    shown = [quantity_column_of(dealer_id), *chosen_manufacturers(dealer_id).items()]
    return blake2b(json.dumps(shown).encode(), digest_size=16).hexdigest()


def previewed_digest(dealer: Dealer, scan: CodeScan, preview: Preview) -> str:
    """Return the digest of the stored review if the preview is of it, otherwise an empty text."""
    mapped = {key_of(code): maker for code, maker in of_stored(preview.overrides).mapped}
    is_since = scan.reviewed_at is not None and preview.created_at >= scan.reviewed_at
    is_current = is_since and mapped == chosen_manufacturers(dealer.id)
    return review_digest(dealer.id) if is_current else ""


def start_preview(dealer: Dealer, user: User) -> Preview:
    """Start a preview of the first update with the codes as reviewed (R24). Raises Refused.

    It asks Lightspeed for their parts; nothing is mapped, and nothing is put on the webstore.
    """
    chosen = chosen_manufacturers(dealer.id)
    if not chosen or lifecycle.has_supplier_codes(dealer.id):
        raise Refused(NOTHING_CHOSEN)
    rows = decisions.require_offered(dealer, chosen)
    mapped = [(row.supplier_code, maker) for row, maker in zip(rows, chosen.values(), strict=True)]
    return requests.start(dealer, "run", overrides=Overrides(mapped=tuple(mapped)).stored(), by=user)


def latest_preview(dealer: Dealer, scan: CodeScan) -> Preview | None:
    """Return the last preview of the codes as they are reviewed now."""
    preview = requests.latest(dealer.id, "run")
    if preview is None or not preview.overrides or scan.reviewed_at is None:
        return None
    return preview if preview.created_at >= scan.reviewed_at else None


def go_live(dealer: Dealer, user: User, shown: str) -> Run | None:
    """Map the codes as reviewed, and start the first update; None if today is a disabled day (R7).

    `shown` is the digest of the review that the user saw. Raises Refused if another one is stored, if another
    user was faster, or if nothing was chosen.
    """
    # No review is stored between the comparison and the commit.
    configurations.locked(dealer)
    chosen = chosen_manufacturers(dealer.id)
    if not chosen:
        raise Refused(NOTHING_CHOSEN)
    if shown != review_digest(dealer.id):
        raise Refused(REVIEWED_AGAIN)
    decisions.map_codes(dealer, chosen)
    if lifecycle.is_disabled_today(configurations.of(dealer)):
        return None
    return lifecycle.start(dealer, "manual", requested_by=user).run
