"""Protects the slow movers of a supplier code: they keep their quantity when stock is cleared (R14, R30)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import update

from webapp import audit
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, Run, SlowMoverCode, User
from webapp.runs import changed_rules
from webapp.slow_movers import counts

CHANGED: Final = "The list has changed. Check it and try again."


def protect(dealer: Dealer, code_key: str, *, is_on: bool, by: User | None = None) -> Run | None:
    """Protect a code's slow movers, or cease to, and commit; return the run that this starts.

    It has effect at once, from the stored pull: when protection ends, what no pull explains goes to zero.
    Previews that were planned without it are planned again. Raises Refused.
    """
    row = db.session.get(SlowMoverCode, (dealer.id, code_key))
    makers = counts.manufacturers_of(dealer.id, code_key)
    if row is None or not makers:
        raise Refused(CHANGED)
    of_code = SlowMoverCode.dealer_id == dealer.id, SlowMoverCode.code_key == code_key
    changes = update(SlowMoverCode).where(*of_code, SlowMoverCode.is_protected != is_on)
    changed = db.session.execute(changes.values(is_protected=is_on).returning(SlowMoverCode.code_key)).all()
    if not changed:
        db.session.commit()
        return None
    action = "slow_movers.protected" if is_on else "slow_movers.unprotected"
    audit.note(action, row.supplier_code, dealer_id=dealer.id, by=by)
    changed_rules.raise_versions(dealer.id, makers)
    return changed_rules.take_effect(dealer, by)
