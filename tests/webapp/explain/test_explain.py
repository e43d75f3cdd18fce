"""What is found out about a part, on each database (R23)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import event

from jobs.discovery import scan_codes
from tests.factories import make_held_pull, make_manufacturer, make_part_number, make_product, save
from tests.sync_harness import SyncHarness, part
from tests.webapp.command_runner import Answer
from webapp.code_discovery import scans
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.explain.explain import explain, explain_product
from webapp.explain.explanation import Explanation
from webapp.explain.part_search import FoundParts
from webapp.explain.steps import trails
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.guards import settings
from webapp.guards.rules import GuardValues
from webapp.matching import aliases
from webapp.models import IgnoredPart, Manufacturer, Product, RejectedCandidate, Run, SupplierCode
from webapp.pulls import part_lookup
from webapp.search import outbox
from webapp.slow_movers import counts
from webapp.supplier_codes import changes


@pytest.fixture
def shop(harness: SyncHarness) -> SyncHarness:
    """Codes TR and PU; the product A-1 is P-1 at Parts Unlimited, and nothing else is at both."""
    tucker = make_manufacturer("Tucker")
    parts = make_manufacturer("Parts Unlimited", numbers=["P-9"])
    product = make_product(tucker, "A-1", brand="Apex", mpn="AP-1075", name="Turn signal", upc="36000291452")
    make_part_number(parts, product, "P-1")
    make_product(tucker, "A-2")
    harness.map_code("TR", tucker, pricing="retail", lead_time_days=3)
    harness.map_code("PU", parts)
    return harness


def titles(explanation: Explanation) -> list[str]:
    return [step.title for trail in trails(explanation) for step in trail.steps]


def explained(shop: SyncHarness, number: str) -> Explanation:
    db.session.rollback()
    return explain(shop.dealer, number)


def supplier_code(code: str) -> SupplierCode:
    return db.session.scalars(db.select(SupplierCode).where(SupplierCode.code == code)).one()


def test_a_part_that_is_online_is_followed_from_its_row_to_the_index(shop: SyncHarness) -> None:
    run = shop.sync(part("TR", "A-1", 24, Avail=22, Retail=66.95), part("PU", "P-1", 5))
    outbox.drain()
    found = explained(shop, " a-1 ")
    assert [(row.code, row.run_id, row.row["Avail"], row.reason) for row in found.reported] == [
        ("TR", run.id, "22", None)
    ]
    (product,) = found.products
    assert (product.mpn, product.shelf_quantity, product.sale_price_cents) == ("AP-1075", 29, 6695)
    assert [(row.code, row.quantity, row.sets_price) for row in product.contributions] == [
        ("TR", 24, True),
        ("PU", 5, False),
    ]
    assert (product.changes[0].run_id, product.index) == (run.id, "same")
    assert titles(found) == [
        "Lightspeed reported 24 on hand under code TR",
        "TR is mapped to Tucker",
        "The part number matches exactly",
        "TR puts 24 on the shelf",
        "PU puts 5 on the shelf",
        "The codes add up to 29",
        "Price $66.95 comes from Retail of TR",
        "Last change: New in stock",
        "The webstore’s search index shows the same",
        "Next scheduled update",
    ]


def test_a_later_pull_that_is_on_hold_is_named(shop: SyncHarness) -> None:
    item = shop.load_item(shop.sync(part("TR", "A-1", 24), part("PU", "P-1", 5)), "TR")
    held = make_held_pull(item)
    line = "A newer update of TR is on hold, so its data isn’t used (run 1)."
    assert line in str(trails(explained(shop, "A-1")))
    held.state = "overtaken"
    db.session.commit()
    assert line not in str(trails(explained(shop, "A-1")))


@pytest.mark.parametrize("scope", ["all", "code", "manufacturer"])
def test_a_freeze_is_named_for_what_it_keeps_and_for_what_waits(shop: SyncHarness, scope: str) -> None:
    shop.sync(part("TR", "A-1", 24), part("PU", "P-1", 5))
    of = supplier_code("TR")
    target = {"code": {"code": "TR"}, "manufacturer": {"manufacturer_id": of.manufacturer_id}}.get(scope, {})
    row = freezing.freeze(shop.dealer, scope, reason="count", **target)
    shop.sync(part("TR", "A-1", 9), part("PU", "P-1", 5))
    found = explained(shop, "A-1")
    said = [line for trail in trails(found) for step in trail.steps for line in step.lines]
    assert "TR is frozen: this is applied when the freeze ends." in said
    assert "TR is frozen, so it keeps what it had when the freeze began." in said
    assert ("PU is frozen, so it keeps what it had when the freeze began." in said) == (scope == "all")
    assert "TR puts 24 on the shelf" in titles(found)
    freezing.release(row)
    assert "frozen" not in str(
        [step.lines for trail in trails(explained(shop, "A-1")) for step in trail.steps]
    )


def test_guards_are_named_in_the_steps_of_quantity_and_price(shop: SyncHarness) -> None:
    values = GuardValues(buffer_units=4, max_price_change_percent=10)
    settings.save_defaults(shop.dealer, values, [])
    shop.sync(part("TR", "A-1", 24, Retail=60))
    shop.sync(part("TR", "A-1", 24, Retail=66.95))
    found = explained(shop, "A-1")
    assert "TR puts 20 on the shelf" in titles(found)
    assert "Price $60.00 of TR stays: guards block the new one" in titles(found)
    said = [line for trail in trails(found) for step in trail.steps for line in step.lines]
    assert "Guards of TR hold back 4 of 24." in said
    assert "TR reports $66.95. Changed by too much: the limit is $66.00." in said


def test_changes_are_listed_from_the_newest_and_the_index_waits_until_it_is_drained(
    shop: SyncHarness,
) -> None:
    first = shop.sync(part("TR", "A-1", 5), part("TR", "A-2", 1))
    second = shop.sync(part("TR", "A-1", 4), part("TR", "A-2", 1))
    shop.sync(part("TR", "A-1", 4), part("TR", "A-2", 7))
    (product,) = explained(shop, "A-1").products
    assert [
        (change.run_id, change.why, change.quantity_before, change.quantity) for change in product.changes
    ] == [(second.id, "sold", 5, 4), (first.id, "new", None, 5)]
    assert product.index == "waiting"


def test_a_skipped_part_has_its_reason_and_the_closest_match(shop: SyncHarness) -> None:
    shop.sync(part("TR", "A1", 24), part("TR", "A-2", 0), part("TR", "GONE", 3))
    (row,) = explained(shop, "A1").reported
    assert (row.reason, row.candidate, row.candidate_by) == ("unmatched", "A-1", "punctuation")
    assert (row.ignored_by, explained(shop, "gone").reported[0].candidate) == (None, None)
    place = {"dealer_id": shop.dealer.id, "code_key": "tr", "key": "a1"}
    save(IgnoredPart(**place, supplier_code="TR", part_number="A1", why="a shop tool"))
    (row,) = explained(shop, "A1").reported
    assert (row.ignored_by, row.ignored_why) == ("the system", "a shop tool")
    assert "Skipped: No product has this part number" in titles(explained(shop, "A1"))


def test_a_rejected_match_is_named_and_the_next_best_takes_its_place(shop: SyncHarness) -> None:
    make_product(db.session.get_one(Manufacturer, supplier_code("TR").manufacturer_id), "A.1")
    shop.sync(part("TR", "A1", 24))
    reject(shop, "A-1")
    (row,) = explained(shop, "A1").reported
    assert (row.candidate, row.candidate_by, row.rejected) == ("A.1", "punctuation", ("A-1",))
    reject(shop, "A.1")
    found = explained(shop, "A1")
    assert (found.reported[0].candidate, found.reported[0].rejected) == (None, ("A-1", "A.1"))
    said = [line for trail in trails(found) for step in trail.steps for line in step.lines]
    first = said.index("Rejected as a match: A-1, A.1.")
    nothing = "No other close match: we compare punctuation, leading zeros, superseded numbers and UPC."
    assert said[first + 1] == nothing


def reject(shop: SyncHarness, candidate: str) -> None:
    of_part = {"dealer_id": shop.dealer.id, "key": "a1", "part_number": "A1"}
    save(RejectedCandidate(**of_part, candidate=candidate, candidate_key=key_of(candidate)))


def test_a_part_that_no_code_reports_is_explained_by_the_codes_that_could(shop: SyncHarness) -> None:
    run = shop.sync(part("TR", "A-1", 5))
    found = explained(shop, "P-1")
    assert [(row.code, row.run_id) for row in found.absent] == [("PU", run.id)]
    assert "PU doesn’t have it in stock" in titles(found)
    assert [product.mpn for product in found.products] == ["AP-1075"]


def test_a_part_of_a_manufacturer_without_a_code_says_so(shop: SyncHarness) -> None:
    make_manufacturer("Western", numbers=["W-1"])
    shop.sync(part("TR", "A-1", 5))
    found = explained(shop, "W-1")
    assert (found.products, [seller.manufacturer for seller in found.sellers]) == ((), ["Western"])
    assert "Western sells it" in titles(found)
    assert not explained(shop, "nothing").is_known


def test_a_part_that_an_alias_matches_says_so(shop: SyncHarness) -> None:
    product = db.session.scalars(db.select(Product).where(Product.mpn == "AP-1075")).one()
    maker_id = supplier_code("TR").manufacturer_id
    alias = aliases.NewAlias(maker_id, "OLD 1", product.id, "A-1", "punctuation")
    aliases.add(shop.dealer, [alias])
    db.session.execute(db.delete(Run))
    db.session.commit()
    shop.sync(part("TR", "A-1", 2), part("TR", "old 1", 3))
    found = explained(shop, "OLD 1")
    assert "An accepted part number matches it" in titles(found)
    ((contribution,),) = [product.contributions for product in found.products]
    assert [(row.part_number, row.quantity) for row in contribution.parts] == [("A-1", 2), ("old 1", 3)]
    assert "The part number matches exactly" in titles(explained(shop, "A-1"))
    of_product = explain_product(shop.dealer, product.id)
    assert of_product is not None
    assert [row.part_number for row in of_product.reported] == ["A-1", "old 1"]


def test_a_part_of_an_unmapped_code_is_known_from_the_scan(shop: SyncHarness) -> None:
    rows = part("KA", "kä-5", 4, Avail=3, Description="Clutch\tplate"), part("TR", "A-1", 5)
    shop.sync(*rows)
    assert not explained(shop, "KÄ-5").is_known
    scans.request(shop.dealer, "command")
    scan_codes.scan_codes(shop.dealer.id, shop.connect)
    found = explained(shop, "KÄ-5")
    assert [(row.code, row.on_hand, row.available) for row in found.unmapped] == [("KA", 4, 3)]
    assert titles(found)[:2] == ["The scan found 4 on hand under KA", "KA isn’t in your supplier codes"]
    assert [hit.number for hit in FoundParts.of(shop.dealer.id, "PLATE clutch").hits] == ["kä-5"]
    assert FoundParts.of(shop.dealer.id, "plate A-1").hits == []
    shop.map_code("KA", make_manufacturer("Kawasaki"))
    assert explained(shop, "KÄ-5").unmapped == ()


def test_a_upc_and_an_mpn_lead_to_the_parts_that_lightspeed_reports(shop: SyncHarness) -> None:
    shop.sync(part("TR", "A-1", 5))
    outbox.drain()
    for number, found_by in (("036000291452", "upc"), ("ap-1075", "mpn")):
        found = explained(shop, number)
        assert (found.found_by, [row.part_number for row in found.reported]) == (found_by, ["A-1"])


def test_several_parts_of_a_code_are_added(shop: SyncHarness) -> None:
    product = db.session.scalars(db.select(Product).where(Product.mpn == "AP-1075")).one()
    make_part_number(supplier_code("TR").manufacturer, product, "A-1X")
    shop.sync(part("TR", "A-1", 5), part("TR", "A-1X", 2))
    ((contribution,),) = [product.contributions for product in explained(shop, "A-1").products]
    assert [(row.part_number, row.quantity) for row in contribution.parts] == [("A-1", 5), ("A-1X", 2)]
    assert contribution.quantity == 7


def test_a_part_that_is_no_longer_reported_keeps_its_quantity_and_says_why(shop: SyncHarness) -> None:
    shop.change_settings(clear_previous=False)
    shop.sync(part("TR", "A-1", 5), part("TR", "A-2", 5))
    shop.sync(part("TR", "A-2", 5))
    found = explained(shop, "A-1")
    assert [(row.code, row.quantity) for row in found.absent] == [("TR", 5)]
    assert found.products[0].contributions[0].retained == 5


def test_stock_of_a_removed_code_is_named(shop: SyncHarness) -> None:
    shop.sync(part("TR", "A-1", 5))
    changes.remove(supplier_code("TR"), clear=False)
    found = explained(shop, "A-1")
    assert "TR is no longer in your supplier codes" in titles(found)
    changes_of = found.products[0].contributions
    assert [(row.code, row.pricing, row.quantity) for row in changes_of] == [("TR", None, 5)]


def test_a_slow_mover_is_named_as_such(shop: SyncHarness) -> None:
    shop.sync(part("TR", "A-2", 5))
    today = clock.local_today(shop.dealer.timezone)
    row = {"key": "a-1", "part_number": "A-1", "description": "", "quantity": 7, "retail_cents": None}
    aged = {"value_cents": 0, "changed_on": today - timedelta(days=400), "sold_on": None}
    counts.store(shop.dealer.id, counts.DueCode("tr", "TR"), [row | aged], today, clock.now())
    db.session.commit()
    said = titles(explained(shop, "A-1"))
    assert "Lightspeed has 7 under code TR, a slow mover" in said
    assert "TR doesn’t have it in stock" not in said


def test_another_dealers_parts_and_private_label_are_unknown(shop: SyncHarness) -> None:
    own = make_manufacturer("House Brand", "private_label", shop.dealer, numbers=["S-1"])
    shop.map_code("HB", own)
    shop.sync(part("TR", "A1", 5), part("HB", "S-1", 5))
    product_id = explained(shop, "S-1").products[0].product_id
    other = shop.add_dealer("Summit", "4711")
    db.session.rollback()
    assert not explain(other, "A1").is_known
    assert not explain(other, "S-1").is_known
    assert explain_product(other, product_id) is None
    assert explain_product(shop.dealer, product_id) is not None


def test_the_number_of_queries_does_not_grow_with_codes(shop: SyncHarness) -> None:
    def queries() -> int:
        heard: list[str] = []
        hear = lambda _c, _cursor, statement, *_: heard.append(statement)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", hear)
        explained(shop, "A-1")
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(heard)

    rows = [part("TR", "A-1", 5), part("PU", "P-1", 5)]
    shop.sync(*rows)
    before = queries()
    tucker = supplier_code("TR").manufacturer
    for number in range(5):
        shop.map_code(f"T{number}", tucker)
        rows.append(part(f"T{number}", "A-1", 5))
    shop.sync(*rows)
    assert queries() == before <= 20


def test_blocks_without_the_part_are_not_decoded(shop: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.sync(part("TR", "A-1", 5), part("PU", "P-1", 5))
    decoded: list[bytes] = []
    unpack = part_lookup.unpack
    monkeypatch.setattr(part_lookup, "unpack", lambda body: [decoded.append(body), unpack(body)][1])
    found = part_lookup.find(db.session.connection(), shop.dealer.id, key_of("P-1"))
    assert ([row.code_key for row in found], len(decoded)) == (["pu"], 1)


def test_the_command_prints_the_same_as_text_and_as_json(shop: SyncHarness, flask) -> None:
    run = shop.sync(part("TR", "A-1", 5, Description="Signal\nPart 2"))
    answer: Answer = flask("part", "explain", "--dealer", shop.dealer.id, "a-1")
    lines = answer.stdout.splitlines()
    assert lines[0] == "A-1 Signal Part 2"
    assert lines[3].startswith(f"1. Lightspeed reported 5 on hand under code TR (run {run.id}, ")
    values = json.loads(flask("part", "explain", "--dealer", shop.dealer.id, "a-1", "--json").stdout)
    assert [step["title"] for step in values["steps"]] == titles(explained(shop, "A-1"))
    assert values["products"][0]["contributions"][0]["sale_price_cents"] == 1000
