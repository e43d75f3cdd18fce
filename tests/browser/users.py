"""Users of the page tests, each with the rows that the pages show: stock, runs, a catalog import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from tests.browser.controls import add_controlled
from tests.browser.seed import Dealership, ProgramSeed
from tests.factories import (
    make_changes,
    make_code_scan,
    make_configuration,
    make_dealer,
    make_found_code,
    make_held_clearing,
    make_held_pull,
    make_organization,
    make_preview,
    make_run,
    make_run_item,
)
from webapp.catalog import uploads
from webapp.core import clock
from webapp.extensions import db
from webapp.models import (
    CatalogImport,
    Dealer,
    Manufacturer,
    PartNumber,
    RunItem,
    ShelfStock,
    SupplierCode,
    User,
)
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change
from webapp.slow_movers import counts

# A dealer with stock, skipped parts and a supplier code that failed; one with nothing yet; staff who watch
# work that is under way; a dealer whose credentials were refused, and one whose stock would go to zero;
# staff; a client that has not signed in, a user whose code is still missing, and one with a
# second factor; one of a dealer whose new recipient of alerts has not confirmed yet; one who
# is about to go live; one who uses every control.
DEALER, NEWCOMER, WATCHER, REFUSED, HELD = "dealer", "newcomer", "watcher", "refused", "held"
STAFF, STRANGER, HALFWAY, SECURED = "staff", "stranger", "halfway", "secured"
RECIPIENT, SETTING_UP, CONTROLLED = "recipient", "setting up", "controlled"
CATALOG = b"""catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp
aftermarket,Western Power Sports,WPS,,,26-1010,Bell,26-1010,Helmet,199.95
aftermarket,Western Power Sports,WPS,,,,Bell,,Nameless,
oem,Yamaha,,,,3B4-1,Yamaha,3B4-1,Gasket,4.10
"""
REASON = "Lightspeed does not accept the user name or password."


@dataclass(frozen=True)
class PageUser:
    """A user: the session's cookie, and ids by their names in the URL rules."""

    session: str
    rows: Mapping[str, int | str]


def all_users(seed: ProgramSeed) -> dict[str, PageUser]:
    """One user of each kind; tests do not change their rows."""
    newcomer = seed.add_dealership(connected=False)
    staff = seed.staff_session()
    return {
        STRANGER: PageUser("", {"token": seed.password_link_token()}),
        HALFWAY: PageUser(seed.half_signed_in_session(), {}),
        RECIPIENT: _recipient(seed),
        SECURED: PageUser(seed.second_factor_session(), {}),
        NEWCOMER: PageUser(newcomer.session, {"dealer_id": newcomer.id}),
        DEALER: _dealer(seed),
        WATCHER: _watcher(seed, staff),
        REFUSED: _refused(seed),
        HELD: _held(seed),
        SETTING_UP: _setting_up(seed),
        CONTROLLED: _controlled(seed),
        STAFF: PageUser(staff, {"import_id": import_catalog(seed, CATALOG), "user_id": 1} | _managed(seed)),
    }


def _managed(seed: ProgramSeed) -> dict[str, int | str]:
    with seed.database():
        organization = make_organization()
        make_dealer("Summit Motorsports", organization=organization)
        return {"organization_id": organization.id}


def import_catalog(seed: ProgramSeed, content: bytes) -> int:
    """Have a worker import a catalog file that staff uploaded; the id of the import, which has ended."""
    with seed.database():
        person = db.session.scalars(select(User).where(User.role == "staff")).first()
        assert person is not None
        import_id = uploads.start(BytesIO(content), "spring catalog.csv", person).id
    seed.wait_until(lambda: not db.session.get_one(CatalogImport, import_id).is_active)
    return import_id


def _dealer(seed: ProgramSeed) -> PageUser:
    dealership = seed.add_dealership({"TR": 3, "PU": 2, "BELL": 1})
    seed.set_behavior(faults=[{"kind": "json_string", "code": "BELL", "times": None}])
    run_id = seed.sync(dealership)
    seed.set_behavior()
    with seed.database():
        _add_found_codes(dealership.id)
        _add_slow_movers(dealership.id)
        rows = {
            "dealer_id": dealership.id,
            "run_id": run_id,
            "code_id": _first(SupplierCode.id, SupplierCode.dealer_id == dealership.id),
            "product_id": _first(ShelfStock.product_id, ShelfStock.dealer_id == dealership.id),
            "period": "daily",
        }
        rows["preview_id"] = _add_preview(dealership.id)
        rows["item_id"] = _keep_back(run_id)
    return PageUser(dealership.session, rows)


def _add_preview(dealer_id: int) -> int:
    """A preview in which one product comes into stock; its id."""
    number = db.session.scalars(select(PartNumber)).first()
    assert number is not None
    dealer = db.session.get_one(Dealer, dealer_id)
    planned = (number.product, number.manufacturer, None, Stock(3, 1200, 1))
    return make_preview(dealer, planned).id


def _keep_back(run_id: int) -> int:
    """A code of the run of which a freeze kept something back; its id."""
    number = db.session.scalars(select(PartNumber)).first()
    assert number is not None
    item = db.session.scalars(select(RunItem).where(RunItem.run_id == run_id).order_by(RunItem.id)).first()
    assert item is not None
    item.frozen = 1
    change = number.product, number.manufacturer, Stock(3, 1200, 1), Stock(0, 1200, 1)
    make_changes(item, change, is_planned=True)
    return item.id


def _add_found_codes(dealer_id: int, *, reviewed: bool = False) -> None:
    """Codes that a scan found: a clear match, one to choose for, none at all, and one that is hidden."""
    dealer = db.session.get_one(Dealer, dealer_id)
    query = select(Manufacturer).where(Manufacturer.name.in_(("Tucker Rocky", "Honda"))).order_by("name")
    honda, tucker = db.session.scalars(query)
    chosen = {"chosen_manufacturer_id": tucker.id} if reviewed else {}
    make_code_scan(dealer, **({"reviewed_at": clock.now()} if reviewed else {}))
    make_found_code(dealer, "TR9", 412, 3_841_000, {tucker: 388, honda: 12}, samples=["Strap"], **chosen)
    make_found_code(dealer, "MIX", 20, 90_000, {tucker: 9, honda: 8}, stale_parts=3)
    make_found_code(dealer, "SHOP", 3, 500)
    make_found_code(dealer, "RAGS", 3, 500, hidden_parts=3, hidden_at=clock.now())


def _add_slow_movers(dealer_id: int) -> None:
    """Two slow movers of a protected code, and a code whose count failed."""
    today = clock.now().date()
    day = {"changed_on": today - timedelta(days=400), "sold_on": None}
    amounts = {"quantity": 2, "retail_cents": 995, "value_cents": 1990, "description": "Gasket"}
    rows = [{"key": name.lower(), "part_number": name, **day, **amounts} for name in ("OLD-1", "OLD-2")]
    code = counts.DueCode("tr", "TR")
    counts.store(dealer_id, code, rows, today, clock.now())
    counts.note(dealer_id, code, is_protected=True)
    counts.note(dealer_id, counts.DueCode("pu", "PU"), error="Lightspeed took too long to respond.")
    db.session.commit()


def _setting_up(seed: ProgramSeed) -> PageUser:
    dealership = seed.add_dealership()
    with seed.database():
        _add_found_codes(dealership.id, reviewed=True)
    return PageUser(dealership.session, {"dealer_id": dealership.id})


def _controlled(seed: ProgramSeed) -> PageUser:
    session, dealer_id = add_controlled(seed)
    return PageUser(session, {"dealer_id": dealer_id})


def _recipient(seed: ProgramSeed) -> PageUser:
    dealership = seed.add_dealership(connected=False)
    return PageUser(
        dealership.session, {"dealer_id": dealership.id, "token": seed.confirmation_token(dealership)}
    )


def _first(column: object, condition: object) -> int:
    return db.session.scalars(select(column).where(condition).order_by(column)).first()  # type: ignore


def _watcher(seed: ProgramSeed, staff: str) -> PageUser:
    """Staff, while a run and an import are under way that never end."""
    dealership = seed.add_dealership({"TR": 3, "PU": 2})
    with seed.database():
        # No worker takes over a run whose heartbeat is in the future.
        alive = {"started_at": clock.now(), "heartbeat_at": clock.now() + timedelta(days=1), "attempt": 1}
        run = make_run(_stored(dealership), "running", **alive)
        make_run_item(run, "TR", pages=1, fetched=3, synced=3)
        make_run_item(run, "PU", "running", pages=1, fetched=1)
        sizes = {"bytes_total": 4096, "bytes_read": 1024}
        row = CatalogImport(status="running", file_name="huge.csv", path="nowhere", **sizes, **alive)
        db.session.add(row)
        db.session.commit()
        rows = {"dealer_id": dealership.id, "run_id": run.id, "import_id": row.id}
    return PageUser(staff, rows)


def _refused(seed: ProgramSeed) -> PageUser:
    dealership = seed.add_dealership({"TR": 3, "PU": 2})
    with seed.database():
        dealer = _stored(dealership)
        make_configuration(dealer, check_state="refused", check_reason=REASON)
        run = make_run(dealer, "failed", reason=REASON)
        make_run_item(run, "TR", "failed", error_kind="account", error=REASON)
        make_run_item(run, "PU", "not_tried", error="It was not tried: the account was refused.")
        rows = {"dealer_id": dealership.id, "run_id": run.id}
    return PageUser(dealership.session, rows)


def _held(seed: ProgramSeed) -> PageUser:
    """A dealer of whose parts one code suddenly reported none; another such clearing was decided before."""
    dealership = seed.add_dealership({"TR": 3, "PU": 2})
    with seed.database():
        dealer = _stored(dealership)
        run = make_run(dealer, "partial", reason="1 of 2 supplier codes has a clearing that is held: TR.")
        for code, state in (("TR", "held"), ("PU", "kept")):
            item = make_run_item(run, code, "succeeded", pages=1)
            decided = clock.now() if state == "kept" else None
            make_held_clearing(item, 1920, 2014, state=state, decided_at=decided)
        number = db.session.scalars(select(PartNumber)).first()
        assert number is not None
        place = StockKey(number.product_id, number.manufacturer_id, "wp")
        moved = Change(place, Stock(4, 1200, 1), Stock(4, 120000, 1))
        item = make_run_item(run, "WP", "succeeded", error_kind="held", fetched=430)
        rows = {"dealer_id": dealership.id, "run_id": run.id, "pull_id": make_held_pull(item, moved).id}
    return PageUser(dealership.session, rows)


def _stored(dealership: Dealership) -> Dealer:
    return db.session.get_one(Dealer, dealership.id)
