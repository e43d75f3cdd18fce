"""The pages of previews (R24)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import (
    make_configuration,
    make_manufacturer,
    make_preview,
    make_product,
    make_run,
    make_supplier_code,
)
from tests.webapp.client import LintingClient
from webapp.core import clock
from webapp.core.spreadsheet import BOM
from webapp.extensions import db
from webapp.models import Dealer, Preview, Run, StoredPull
from webapp.pulls.stock import Stock

HTMX = {"HX-Request": "true"}


@pytest.fixture
def pages(dealer: Dealer) -> str:
    """The address of the pages of a connected dealer with a mapped code."""
    make_configuration(dealer, enabled=True)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    pull = dict.fromkeys(("synced", "skipped", "kept", "prices_left", "unnamed", "moment", "item_id"), 0)
    key = {"dealer_id": dealer.id, "code_key": "tr", "quantity_column": "on_hand"}
    db.session.add(StoredPull(**key, **pull, digest=b"", basis=b""))
    db.session.commit()
    return f"/dealers/{dealer.id}/previews"


@pytest.fixture
def ready(dealer: Dealer, pages: str) -> Preview:
    """A preview of an update: a new part, one more and dearer, and one that goes to zero."""
    maker = make_manufacturer("Honda", "oem")
    chain, belt, nut = (make_product(maker, mpn, name=mpn) for mpn in ("CHAIN", "BELT", "NUT"))
    return make_preview(
        dealer,
        (chain, maker, None, Stock(3, 1000, 1)),
        (belt, maker, Stock(1, 1000, 1), Stock(4, 1250, 1)),
        (nut, maker, Stock(7, 100, 1), Stock(0, 100, 1)),
    )


def last() -> Preview:
    return db.session.scalars(db.select(Preview).order_by(Preview.id.desc()).limit(1)).one()


def test_a_preview_of_an_update_is_started(client: LintingClient, pages: str) -> None:
    assert "Preview the update" in client.get(pages).text
    response = client.post(pages, data={"code": "tr"})
    assert (last().kind, last().code_key, last().state) == ("run", "tr", "queued")
    assert response.headers["Location"].endswith(f"/previews/{last().id}")
    assert "The next update of TR" in client.get(response.headers["Location"]).text
    assert client.post(pages, data={"code": "unknown"}).status_code == 422


def test_a_preview_of_settings_is_started_with_what_was_chosen(client: LintingClient, pages: str) -> None:
    form = {"quantity_column": "available", "clear_previous": "n", "pricing": "retail", "buffer_units": "2"}
    response = client.post(f"{pages}/settings", data=form)
    assert last().overrides == {
        "quantity_column": "available",
        "clear_previous": False,
        "pricing": "retail",
        "buffer_units": 2,
    }
    said = client.get(response.headers["Location"]).text
    assert "With Quantity Column Available; Clear Previous Quantities off; LightSpeed Pricing Retail" in said


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "Choose at least one setting to change"),
        ({"buffer_units": "-1"}, "Safety buffer must be a whole number"),
        ({"of_mapping": "1"}, "Choose the pricing to preview"),
        ({"without": "99"}, "Not a valid choice"),
    ],
)
def test_settings_that_make_no_preview_are_refused_at_their_field(
    client: LintingClient, pages: str, form: dict[str, str], error: str
) -> None:
    response = client.post(f"{pages}/settings", data=form)
    assert (response.status_code, error in response.text) == (422, True)
    assert db.session.scalars(db.select(Preview)).all() == []


def test_the_result_shows_totals_codes_and_the_largest_of_each_kind(
    client: LintingClient, pages: str, ready: Preview
) -> None:
    text = client.get(f"{pages}/{ready.id}").text
    assert "Value is at your sale price or, without one, the catalog’s price." in text
    for part in ("CHAIN", "BELT", "NUT", "Price up", "All 3 changes (CSV)", "$10.00", "$13.00", "Run it now"):
        assert part in text
    lines = client.get(f"{pages}/{ready.id}/changes.csv").text.removeprefix(BOM).splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["BELT", "CHAIN", "NUT"]


def test_a_poll_without_news_gets_no_content(client: LintingClient, pages: str, dealer: Dealer) -> None:
    row = make_preview(dealer, state="planning", heartbeat_at=clock.now())
    page = client.get(f"{pages}/{row.id}", headers=HTMX).text
    address = page.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert client.get(address, headers=HTMX).status_code == 204
    row.state = "ready"
    db.session.commit()
    assert "Ready" in client.get(address, headers=HTMX).text
    assert client.get(f"{pages}/{row.id}/changes.csv").status_code == 200


def test_run_it_now_starts_a_run(client: LintingClient, pages: str, ready: Preview) -> None:
    response = client.post(f"{pages}/{ready.id}/run")
    run = db.session.scalars(db.select(Run)).one()
    assert response.headers["Location"].endswith(f"/runs/{run.id}")
    assert (run.trigger, run.anyway, last().state, last().run_id) == ("preview", True, "applied", run.id)


def test_an_outdated_preview_is_planned_again_and_says_so(
    client: LintingClient, pages: str, ready: Preview, dealer: Dealer
) -> None:
    make_supplier_code(dealer, "PU", make_manufacturer("Parts"))
    response = client.post(f"{pages}/{ready.id}/run")
    assert db.session.scalars(db.select(Run)).all() == []
    assert (
        "this changed after the preview: your supplier codes" in client.get(response.headers["Location"]).text
    )
    assert last().state == "queued"


def test_during_a_run_it_is_refused_with_the_reason(
    client: LintingClient, pages: str, ready: Preview, dealer: Dealer
) -> None:
    make_run(dealer, "running", finished_at=None)
    response = client.post(f"{pages}/{ready.id}/run")
    assert (response.status_code, "An inventory update is in progress" in response.text) == (409, True)


def test_a_failed_preview_says_why(client: LintingClient, pages: str, dealer: Dealer) -> None:
    row = make_preview(dealer, state="failed", reason="Lightspeed refused the login.")
    assert "Lightspeed refused the login." in client.get(f"{pages}/{row.id}").text
    assert client.get(f"{pages}/{row.id}/changes.csv").status_code == 404


def test_a_preview_that_waits_long_says_for_what(client: LintingClient, pages: str, dealer: Dealer) -> None:
    row = make_preview(dealer, state="queued", created_at=clock.now() - timedelta(minutes=1))
    assert "Inventory updates come first" in client.get(f"{pages}/{row.id}").text
