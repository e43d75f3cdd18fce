"""Setup of a new dealer: connect, find codes, review, preview, go live."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories import (
    make_code_scan,
    make_configuration,
    make_found_code,
    make_user,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import (
    CodeScan,
    Configuration,
    Dealer,
    FoundCode,
    Manufacturer,
    Preview,
    Run,
    SupplierCode,
)

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/setup"


@pytest.fixture
def scanned(dealer: Dealer, tucker: Manufacturer, honda: Manufacturer) -> Dealer:
    """A connected dealer whose codes were found."""
    make_configuration(dealer)
    make_code_scan(dealer, trigger="setup")
    make_found_code(dealer, "TR", 10, 10_000, {tucker: 9}, available_units=4, available_cents=4_000)
    make_found_code(dealer, "HO", 10, 20_000, {honda: 5, tucker: 5}, stale_parts=2)
    make_found_code(dealer, "SHOP", 3, 500)
    return dealer


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def chosen(tucker: Manufacturer, **changes: Any) -> dict[str, Any]:
    return {"code": ["tr"], "manufacturer:tr": str(tucker.id), "quantity_column": "available", **changes}


def review_of(client: LintingClient, url: str) -> dict[str, str]:
    """What the page's form sends back to go live."""
    found = re.search(r'name="review" value="(\w+)"', client.get(url).text)
    assert found
    return {"review": found[1]}


def preview_of(page: str) -> str:
    found = re.search(r'name="preview" value="(\d+)"', page)
    assert found
    return found[1]


def heading(client: LintingClient, url: str) -> str:
    found = re.search(r"<h2[^>]*>([^<]+)</h2>", client.get(url).text)
    assert found
    return found[1]


def test_each_step_follows_from_what_is_stored(client: LintingClient, dealer: Dealer, url: str):
    assert heading(client, url) == "Connect Lightspeed"
    make_configuration(dealer)
    assert heading(client, url) == "Find your codes"
    make_code_scan(dealer, "running", pages=2, parts=900, codes=3)
    assert "900 parts in 3 codes so far (2 pages)." in client.get(url).text
    scan = db.session.get_one(CodeScan, dealer.id)
    scan.status, scan.completed_at = "succeeded", scan.queued_at
    db.session.commit()
    assert heading(client, url) == "0 codes in your Lightspeed"


def test_clear_suggestions_are_selected_and_nothing_is_mapped(
    client: LintingClient, scanned: Dealer, url: str
):
    page = client.get(url).text

    assert re.findall(r'name="code" value="(\w+)"( checked)?', page) == [("ho", ""), ("tr", " checked")]
    assert db.session.scalar(db.select(SupplierCode.id)) is None


def test_the_preview_tells_what_the_webstore_will_have(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer, honda: Manufacturer
):
    sent = chosen(tucker, quantity_column="on_hand") | {
        "code": ["tr", "ho"],
        "manufacturer:ho": str(honda.id),
    }
    client.post(f"{url}/review", data=sent)

    page = text_of(client.get(url).text)

    assert "Parts in stock 14" in page
    assert "Units (On Hand) 14" in page
    assert "At Lightspeed’s retail price $190" in page
    assert "6 parts of these codes aren’t in the catalogs" in page
    assert "2 parts didn’t change in Lightspeed for a year" in page
    assert "1 code stays offline" in page


def test_another_user_continues_where_one_left(
    anonymous: LintingClient, user: object, scanned: Dealer, url: str, tucker: Manufacturer
):
    first = make_user("first@prairie.example", scanned)
    anonymous.sign_in(first).post(f"{url}/review", data=chosen(tucker))
    second = anonymous.application.test_client().sign_in(make_user("second@prairie.example", scanned))

    assert "Reviewed by first@prairie.example" in second.get(url).text
    back = second.get(f"{url}?step=review").text

    assert re.findall(r'name="code" value="(\w+)"( checked)?', back) == [("ho", ""), ("tr", " checked")]
    assert re.search(r'value="available" checked', back)


def test_going_live_maps_the_chosen_codes_and_starts_the_first_update(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer
):
    client.post(f"{url}/review", data=chosen(tucker))

    sent = review_of(client, url)
    answer = client.post(f"{url}/launch", data=sent)

    run = db.session.scalars(db.select(Run)).one()
    assert answer.location.endswith(f"/runs/{run.id}")
    assert [row.code for row in db.session.scalars(db.select(SupplierCode))] == ["TR"]
    configuration = db.session.get_one(Configuration, scanned.id)
    assert (configuration.quantity_column, configuration.ready_since is not None) == ("available", True)
    assert client.post(f"{url}/launch", data=sent).status_code == 409


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": []}, "Select at least one code"),
        ({"quantity_column": "all"}, "choose On Hand or Available"),
        ({"manufacturer:tr": ""}, "Choose a manufacturer for TR"),
        ({"manufacturer:tr": "4711"}, "The list has changed"),
        ({"code": ["nothing"], "manufacturer:nothing": "1"}, "The list has changed"),
    ],
)
def test_an_incomplete_review_is_refused(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer, changes: dict[str, Any], said: str
):
    answer = client.post(f"{url}/review", data=chosen(tucker, **changes))

    assert (answer.status_code, said in answer.text) == (409, True)
    assert set(db.session.scalars(db.select(FoundCode.chosen_manufacturer_id))) == {None}


def test_nothing_goes_live_without_a_review(client: LintingClient, scanned: Dealer, url: str):
    assert client.post(f"{url}/launch").status_code == 409
    assert db.session.scalar(db.select(Run.id)) is None


def test_on_a_disabled_day_the_update_is_confirmed_first(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer
):
    db.session.get_one(Configuration, scanned.id).disabled_days = 127
    db.session.commit()
    client.post(f"{url}/review", data=chosen(tucker))

    assert client.post(f"{url}/launch", data=review_of(client, url)).location.endswith("/runs/new")
    assert db.session.scalar(db.select(Run.id)) is None


def test_each_part_can_be_previewed_before_going_live(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer
):
    client.post(f"{url}/review", data=chosen(tucker))
    assert 'id="preview-parts"' in client.get(url).text

    answer = client.post(f"{url}/preview")

    page = client.get(answer.location).text
    assert "Your webstore with the 1 code of your setup" in page
    assert f'href="{url}"' in page
    assert "Preview of each part" in client.get(url).text
    preview = db.session.scalars(db.select(Preview)).one()
    preview.state = "ready"
    db.session.commit()
    page = client.get(answer.location).text
    assert 'id="go-live"' in page
    assert 'id="run-now"' not in page
    assert client.post(f"{answer.location}/run").status_code == 409
    client.post(f"{url}/launch", data={"preview": preview_of(page)})
    assert 'id="go-live"' not in client.get(answer.location).text


def test_without_reviewed_codes_nothing_is_previewed(client: LintingClient, scanned: Dealer, url: str):
    assert client.post(f"{url}/preview").status_code == 409
    assert db.session.scalar(db.select(Preview.id)) is None


def test_a_review_that_changed_since_is_shown_before_it_goes_live(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer, honda: Manufacturer
):
    client.post(f"{url}/review", data=chosen(tucker))
    shown = review_of(client, url)
    preview = {"preview": client.post(f"{url}/preview").location.rsplit("/", 1)[1]}
    again = chosen(tucker) | {"code": ["tr", "ho"], "manufacturer:ho": str(honda.id)}
    client.post(f"{url}/review", data=again)

    for sent in (shown, preview, {}):
        answer = client.post(f"{url}/launch", data=sent)
        assert (answer.status_code, "The review changed" in answer.text) == (409, True)
        assert '<th scope="row">HO</th>' in answer.text
    assert db.session.scalar(db.select(SupplierCode.id)) is None

    assert client.post(f"{url}/launch", data=review_of(client, url)).status_code == 303
    assert set(db.session.scalars(db.select(SupplierCode.code))) == {"TR", "HO"}


def test_a_review_with_another_quantity_column_is_another_one(
    client: LintingClient, scanned: Dealer, url: str, tucker: Manufacturer
):
    client.post(f"{url}/review", data=chosen(tucker))
    shown = review_of(client, url)
    client.post(f"{url}/review", data=chosen(tucker, quantity_column="on_hand"))

    assert client.post(f"{url}/launch", data=shown).status_code == 409
    assert db.session.scalar(db.select(SupplierCode.id)) is None
