"""Who looks at the pages, each with the rows that the pages are about: stock, runs, a catalog import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from tests.browser.seed import Dealership, Town
from tests.factories import make_configuration, make_dealer, make_organization, make_run, make_run_item
from webapp.catalog import uploads
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CatalogImport, Dealer, HeldClearing, ShelfStock, SupplierCode, User

# A dealer with stock, skipped parts and a supplier code that failed; one with nothing yet; staff who watch
# work that is under way; a dealer whose credentials were refused, and one whose stock would go to zero;
# staff; somebody who has not signed in, one whose code is still awaited, and one with a
# second factor; one of a dealer whose new recipient of alerts has not confirmed yet.
DEALER, NEWCOMER, WATCHER, REFUSED, HELD = "dealer", "newcomer", "watcher", "refused", "held"
STAFF, STRANGER, HALFWAY, SECURED = "staff", "stranger", "halfway", "secured"
RECIPIENT = "recipient"
CATALOG = b"""catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp
aftermarket,Western Power Sports,WPS,,,26-1010,Bell,26-1010,Helmet,199.95
aftermarket,Western Power Sports,WPS,,,,Bell,,Nameless,
oem,Yamaha,,,,3B4-1,Yamaha,3B4-1,Gasket,4.10
"""
REASON = "Lightspeed does not accept the user name or password."


@dataclass(frozen=True)
class Visitor:
    """A person: the session's cookie, and ids by the names that the addresses give them."""

    session: str
    rows: Mapping[str, int | str]


def everybody(town: Town) -> dict[str, Visitor]:
    """One of each kind. They only look: what they see stays as it is while the tests last."""
    newcomer = town.dealership(connected=False)
    staff = town.staff()
    return {
        STRANGER: Visitor("", {"token": town.link_token()}),
        HALFWAY: Visitor(town.halfway(), {}),
        RECIPIENT: _recipient(town),
        SECURED: Visitor(town.secured(), {}),
        NEWCOMER: Visitor(newcomer.session, {"dealer_id": newcomer.id}),
        DEALER: _dealer(town),
        WATCHER: _watcher(town, staff),
        REFUSED: _refused(town),
        HELD: _held(town),
        STAFF: Visitor(staff, {"import_id": import_catalog(town, CATALOG), "user_id": 1} | _managed(town)),
    }


def _managed(town: Town) -> dict[str, int | str]:
    with town.writing():
        organization = make_organization()
        make_dealer("Summit Motorsports", organization=organization)
        return {"organization_id": organization.id}


def import_catalog(town: Town, content: bytes) -> int:
    """Have a worker import a catalog file that staff uploaded; the id of the import, which has ended."""
    with town.writing():
        person = db.session.scalars(select(User).where(User.role == "staff")).first()
        assert person is not None
        import_id = uploads.start(BytesIO(content), "spring catalog.csv", person).id
    town.wait_until(lambda: not db.session.get_one(CatalogImport, import_id).is_active)
    return import_id


def _dealer(town: Town) -> Visitor:
    dealership = town.dealership({"TR": 3, "PU": 2, "BELL": 1})
    town.switch(faults=[{"kind": "json_string", "code": "BELL", "times": None}])
    run_id = town.update(dealership)
    town.switch()
    with town.writing():
        rows = {
            "dealer_id": dealership.id,
            "run_id": run_id,
            "code_id": _first(SupplierCode.id, SupplierCode.dealer_id == dealership.id),
            "product_id": _first(ShelfStock.product_id, ShelfStock.dealer_id == dealership.id),
        }
    return Visitor(dealership.session, rows)


def _recipient(town: Town) -> Visitor:
    dealership = town.dealership(connected=False)
    return Visitor(
        dealership.session, {"dealer_id": dealership.id, "token": town.confirmation_token(dealership)}
    )


def _first(column: object, condition: object) -> int:
    return db.session.scalars(select(column).where(condition).order_by(column)).first()  # type: ignore


def _watcher(town: Town, staff: str) -> Visitor:
    """Staff, while a run and an import are under way that never end."""
    dealership = town.dealership({"TR": 3, "PU": 2})
    with town.writing():
        # Nobody takes over what shows signs of life from the future.
        alive = {"started_at": clock.now(), "heartbeat_at": clock.now() + timedelta(days=1), "attempt": 1}
        run = make_run(_stored(dealership), "running", **alive)
        make_run_item(run, "TR", pages=1, fetched=3, synced=3)
        make_run_item(run, "PU", "running", pages=1, fetched=1)
        sizes = {"bytes_total": 4096, "bytes_read": 1024}
        row = CatalogImport(status="running", file_name="huge.csv", path="nowhere", **sizes, **alive)
        db.session.add(row)
        db.session.commit()
        rows = {"dealer_id": dealership.id, "run_id": run.id, "import_id": row.id}
    return Visitor(staff, rows)


def _refused(town: Town) -> Visitor:
    dealership = town.dealership({"TR": 3, "PU": 2})
    with town.writing():
        dealer = _stored(dealership)
        make_configuration(dealer, check_state="refused", check_reason=REASON)
        run = make_run(dealer, "failed", reason=REASON)
        make_run_item(run, "TR", "failed", error_kind="account", error=REASON)
        make_run_item(run, "PU", "not_tried", error="It was not tried: the account was refused.")
        rows = {"dealer_id": dealership.id, "run_id": run.id}
    return Visitor(dealership.session, rows)


def _held(town: Town) -> Visitor:
    """A dealer of whose parts one code suddenly reported none; another such clearing was decided before."""
    dealership = town.dealership({"TR": 3, "PU": 2})
    with town.writing():
        dealer = _stored(dealership)
        run = make_run(dealer, "partial", reason="1 of 2 supplier codes has a clearing that is held: TR.")
        for code, state in (("TR", "held"), ("PU", "kept")):
            item = make_run_item(run, code, "succeeded", pages=1)
            of_item = {"dealer_id": dealer.id, "run_id": run.id, "run_item_id": item.id}
            named = {"supplier_code": code, "code_key": code.lower(), "products": 1920, "stocked": 2014}
            decided = clock.now() if state == "kept" else None
            db.session.add(HeldClearing(**of_item, **named, state=state, decided_at=decided))
        db.session.commit()
        rows = {"dealer_id": dealership.id, "run_id": run.id}
    return Visitor(dealership.session, rows)


def _stored(dealership: Dealership) -> Dealer:
    return db.session.get_one(Dealer, dealership.id)
