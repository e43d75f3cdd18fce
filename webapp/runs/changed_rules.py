"""Has a change of a dealer's aliases (R22), guards or freezes take effect from the stored pulls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select, text, update

from webapp.extensions import db
from webapp.models import AliasVersion, Configuration, Dealer, Run, StoredPull, User
from webapp.runs import lifecycle

_RAISE_VERSION: Final = """
    INSERT INTO alias_versions (dealer_id, manufacturer_id, version) VALUES (:dealer, :manufacturer, 1)
    ON CONFLICT (dealer_id, manufacturer_id) DO UPDATE SET version = alias_versions.version + 1
"""


def raise_versions(dealer_id: int, manufacturer_ids: Iterable[int]) -> None:
    """Have the dealer's stored results of these manufacturers be made again; does not commit."""
    rows = [{"dealer": dealer_id, "manufacturer": number} for number in sorted(set(manufacturer_ids))]
    if rows:
        db.session.execute(text(_RAISE_VERSION), rows)


def take_effect(dealer: Dealer, by: User | None = None) -> Run | None:
    """Commit, and start a run that applies the stored pulls; None if one is active or there are no pulls.

    Without a run of its own, the change takes effect in the active run, or after it: the tick sees to that.
    """
    has_pulls = _has_pulls(dealer.id)
    if not has_pulls:
        # The first run of the dealer follows the change anyway.
        of_dealer = update(AliasVersion).where(AliasVersion.dealer_id == dealer.id)
        db.session.execute(of_dealer.values(planned=AliasVersion.version))
    db.session.commit()
    configuration = db.session.get(Configuration, dealer.id)
    if not has_pulls or configuration is None or not configuration.enabled:
        return None
    started = lifecycle.start(dealer, "alias", requested_by=by, anyway=True)
    return started.run if started.created else None


def is_pending(dealer_id: int) -> bool:
    """Return whether a change waits for a run that takes it up."""
    pending = AliasVersion.dealer_id == dealer_id, AliasVersion.planned < AliasVersion.version
    return db.session.scalar(select(AliasVersion.version).where(*pending).limit(1)) is not None


def _has_pulls(dealer_id: int) -> bool:
    query = select(StoredPull.code_key).where(StoredPull.dealer_id == dealer_id).limit(1)
    return db.session.scalar(query) is not None
