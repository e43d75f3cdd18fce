"""A hundred dealers in every state that the staff's list knows, to look at: rows only, without stock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from webapp.core import clock, vault
from webapp.extensions import db
from webapp.models import (
    Alert,
    Configuration,
    Dealer,
    HeldClearing,
    Manufacturer,
    Organization,
    Run,
    RunItem,
    SupplierCode,
)
from webapp.runs import readiness

PLACES: Final = (
    "Big Sky,Cedar Falls,Fresh Start,Harbor,Lakeside,Northwind,Prairie,Ridge Runner,Summit,Tamarack"
)
KINDS: Final = "Cycle,Honda,Marine,Moto,Motorsports,Polaris,Powersports,Sled & ATV,Trails,Yamaha"
GROUPS: Final = ("Big Sky Group", "Cedar Group", "Lakeside Group", "Northwind Group", "Summit Group")
CODES: Final = ("KA", "KX", "TR")
REFUSAL: Final = "Lightspeed does not know this 3PA Dealer ID. Check the number."

Setup = Callable[[Dealer], object]


def add_fleet() -> int:
    """Add the dealers and their organizations, and commit; return the number of dealers."""
    groups = [Organization(name=name) for name in GROUPS]
    maker = Manufacturer(
        catalog="aftermarket", owner_key=0, name="Sample Distributor", name_key="sample distributor"
    )
    maker.abbreviation, maker.abbreviation_key = "SAMPLE", "sample"
    db.session.add_all([*groups, maker])
    names = [f"{place} {kind}" for place in PLACES.split(",") for kind in KINDS.split(",")]
    dealers = [
        Dealer(
            name=name, timezone="America/Denver", organization=groups[place % 9] if place % 9 < 5 else None
        )
        for place, name in enumerate(names)
    ]
    db.session.add_all(dealers)
    db.session.flush()
    for place, dealer in enumerate(dealers):
        STATES.get(place % 40, _current)(dealer)
    db.session.commit()
    return len(dealers)


def _ready(dealer: Dealer, **fields: Any) -> None:
    """Enabled, connected and mapped."""
    login = {
        "username": "sample",
        "sealed_password": vault.seal("sample"),
        "cmf": str(76_000_000 + dealer.id),
    }
    state = {"enabled": True, "check_state": "connected", "checked_at": clock.now()}
    db.session.add(Configuration(dealer_id=dealer.id, **(login | state | fields)))
    maker = db.session.scalars(select(Manufacturer.id).where(Manufacturer.name == "Sample Distributor")).one()
    for place, code in enumerate(CODES):
        row = SupplierCode(
            dealer_id=dealer.id, position=place, code=code, code_key=code.lower(), manufacturer_id=maker
        )
        row.lead_time_days, row.pricing = 2, "retail"
        db.session.add(row)
    db.session.flush()
    readiness.refresh(dealer.id)


def _run(dealer: Dealer, status: str = "succeeded", hours: float = 2, failed: str = "", **fields: Any) -> Run:
    """A run that ended so many hours ago; `failed` are its failed codes."""
    ended = clock.now() - timedelta(hours=hours, minutes=dealer.id % 50)
    times = {"queued_at": ended, "started_at": ended, "finished_at": ended}
    run = Run(dealer_id=dealer.id, status="running", trigger="scheduled", attempt=1, **(times | fields))
    db.session.add(run)
    db.session.flush()
    for place, code in enumerate(CODES):
        item = RunItem(run_id=run.id, position=place, supplier_code=code, code_key=code.lower())
        item.status = "failed" if code in failed.split() else "succeeded"
        item.error_kind = "transient" if item.status == "failed" else None
        item.synced, item.skipped = (
            (0, 0) if item.status == "failed" else (1200 + dealer.id, 20 + dealer.id * 3)
        )
        db.session.add(item)
    db.session.flush()
    run.status = status
    return run


def _alert(dealer: Dealer, cause: str) -> None:
    sentence = "This is sample data."
    db.session.add(
        Alert(dealer_id=dealer.id, dealer_key=dealer.id, cause=cause, subject="", sentence=sentence)
    )


def _current(dealer: Dealer) -> None:
    _ready(dealer)
    _run(dealer)


def _refused(dealer: Dealer) -> None:
    _ready(dealer, check_state="refused", check_reason=REFUSAL)
    _run(dealer, hours=70)
    _run(dealer, "failed", reason=REFUSAL)


def _failed(dealer: Dealer) -> None:
    _ready(dealer)
    _run(dealer, hours=8)
    _run(dealer, "failed", failed="KA KX TR")


def _failing(dealer: Dealer) -> None:
    _failed(dealer)
    _alert(dealer, "failing")
    _alert(dealer, "stale")


def _partial(dealer: Dealer) -> None:
    _ready(dealer)
    _run(dealer, "partial", failed="KA TR")


def _held(dealer: Dealer) -> None:
    _ready(dealer)
    run = _run(dealer, "partial")
    item = db.session.scalars(select(RunItem).where(RunItem.run_id == run.id, RunItem.code_key == "kx")).one()
    ids = {"dealer_id": dealer.id, "run_id": run.id, "run_item_id": item.id}
    codes = {"supplier_code": "KX", "code_key": "kx"}
    db.session.add(HeldClearing(**ids, **codes, products=214, stocked=230))


def _unmatched(dealer: Dealer) -> None:
    _current(dealer)
    _alert(dealer, "unmatched")


def _paused(dealer: Dealer) -> None:
    _ready(dealer, disabled_days=127)
    _run(dealer, hours=50)


def _unmapped(dealer: Dealer) -> None:
    db.session.add(
        Configuration(dealer_id=dealer.id, enabled=True, check_state="connected", cmf=str(dealer.id))
    )


def _unconnected(dealer: Dealer) -> None:
    db.session.add(Configuration(dealer_id=dealer.id, enabled=True, check_state="unchecked"))


def _off(dealer: Dealer) -> None:
    _ready(dealer, enabled=False)
    _run(dealer, hours=90)


def _closed(dealer: Dealer) -> None:
    _off(dealer)
    dealer.closed_at = clock.now()


# By the dealer's place among forty; all others are current.
STATES: Final[dict[int, Setup]] = {
    **{1: _refused, 4: _failing, 7: _held, 9: _partial, 12: _unmapped, 15: _failed, 18: _unmatched},
    **{21: _paused, 24: _unconnected, 27: lambda _dealer: None, 30: _ready, 33: _off, 36: _closed},
}
