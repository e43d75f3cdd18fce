"""The pages of a part, and the search for parts (R23)."""

from __future__ import annotations

import pytest
from flask import Flask

from jobs.sync import live_part
from tests.factories import make_manufacturer, make_part_number, make_product, make_user
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.explain import live_requests
from webapp.extensions import db
from webapp.search import outbox

Found = list[tuple[str, str]]


@pytest.fixture
def shop(harness: SyncHarness) -> SyncHarness:
    """A product that is online, two skipped parts, and a product that only a catalog has."""
    tucker = make_manufacturer("Tucker", numbers=["B-7"])
    product = make_product(tucker, "A-1", brand="Apex", mpn="AP-1075", name="Turn signal", upc="36000291452")
    make_part_number(make_manufacturer("Western"), product, "W-1")
    harness.map_code("TR", tucker, pricing="retail", lead_time_days=3)
    harness.sync(
        part("TR", "A-1", 24, Retail=66.95),
        part("TR", "=B7", 2, Description="Brake pad\nrear"),
        part("TR", "C-1", 4, Description="Brake pad front"),
    )
    outbox.drain()
    return harness


@pytest.fixture
def browser(app: Flask, shop: SyncHarness) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client().sign_in(make_user("parts@northwind.example", shop.dealer))


def found(browser: LintingClient, words: str) -> Found:
    """Numbers and states of the parts found while the words are typed."""
    answer = browser.hx("GET", "/dealers/1/parts", query_string={"q": words})
    assert answer.status_code == 200
    rows = answer.text.split("<tr>")[2:]
    return [(row.split('">')[2].split("</a>")[0], row.split("</svg>")[1].split("<")[0]) for row in rows]


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_the_search_finds_synced_skipped_and_absent_parts(browser: LintingClient) -> None:
    no_product = "Skipped under TR: No product has this part number"
    expected: dict[str, Found] = {
        "a-1": [("A-1", "Synced under TR")],
        "turn sig": [("AP-1075", "In stock: 24")],
        "ap1075": [("AP-1075", "In stock: 24")],
        "brake": [("=B7", no_product + "; same number, different punctuation"), ("C-1", no_product)],
        "PAD front": [("C-1", no_product)],
        "b7": [("=B7", no_product + "; same number, different punctuation"), ("B-7", "Not in stock")],
        "036000291452": [("A-1", "Not in stock"), ("W-1", "No supplier code for this manufacturer")],
        "zzz": [],
    }
    assert {words: found(browser, words) for words in expected} == expected


@ON_SQLITE
def test_a_whole_number_leads_to_its_page_and_words_do_not(browser: LintingClient) -> None:
    answer = browser.get("/dealers/1/parts?q=%3Db7")
    assert (answer.status_code, answer.location) == (302, "/dealers/1/parts/why?number=%3Db7")
    assert "Type a part number" in browser.get("/dealers/1/parts").text
    assert "AP-1075" in browser.get("/dealers/1/parts?q=signal").text


@ON_SQLITE
def test_the_page_of_a_part_shows_each_step_with_its_run(browser: LintingClient) -> None:
    page = browser.get("/dealers/1/parts/why?number=a-1").text
    for text in (
        "Why it shows 24 at $66.95",
        "Lightspeed reported 24 on hand under code TR",
        "Tucker lists A-1 as Apex AP-1075.",
        "No supplier code is mapped to Western (W-1).",
        "<dt>CurrentActivePrice</dt><dd>8.5</dd>",
        "0 → 24",
        ">run 1</a>",
    ):
        assert text in page
    assert "Why it shows 24 at $66.95" in browser.get("/dealers/1/parts/products/2").text
    assert browser.get("/dealers/1/parts/products/99").status_code == 404


@ON_SQLITE
def test_a_skipped_or_unknown_part_has_a_page_too(browser: LintingClient) -> None:
    page = browser.get("/dealers/1/parts/why?number=%3DB7").text
    assert "Closest match: B-7 (same number, different punctuation)." in page
    page = browser.get("/dealers/1/parts/why?number=nothing").text
    assert "No catalog has this part number" in page


@ON_SQLITE
def test_rows_of_other_pages_lead_to_the_part(browser: LintingClient) -> None:
    db.session.rollback()
    product = 'href="/dealers/1/parts/products/2"'
    for path in ("inventory", "webstore?q=signal", "runs/1"):
        assert product in browser.get(f"/dealers/1/{path}").text, path
    assert 'href="/dealers/1/parts/why?number=%3DB7"' in browser.get("/dealers/1/skipped").text


@ON_SQLITE
def test_the_page_polls_until_lightspeed_has_answered(browser: LintingClient, shop: SyncHarness) -> None:
    asked = browser.hx("POST", "/dealers/1/parts/requests", data={"number": "A-1"})
    assert 'hx-get="/dealers/1/parts/requests/1"' in asked.text
    assert browser.hx("GET", "/dealers/1/parts/requests/1").status_code == 204
    busy = browser.hx("POST", "/dealers/1/parts/requests", data={"number": "B-7"})
    assert (busy.status_code, live_requests.BUSY in busy.text) == (409, True)
    live_part.ask(1, shop.connect)
    answer = browser.hx("GET", "/dealers/1/parts/requests/1").text
    assert "Uses this row" in answer
    assert "hx-get" not in answer


@ON_SQLITE
def test_without_script_the_answer_is_on_the_page_of_the_part(browser: LintingClient) -> None:
    asked = browser.post("/dealers/1/parts/requests", data={"number": "A-1"})
    assert (asked.status_code, asked.location) == (303, "/dealers/1/parts/why?number=A-1&request=1")
    assert "Waiting for Lightspeed…" in browser.get(asked.location).text
    assert browser.post("/dealers/1/parts/requests", data={"number": " "}).status_code == 422
