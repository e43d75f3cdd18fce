"""Skipped parts as a workbench: groups, filters, decisions and their effect; on both databases."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.factories import (
    make_configuration,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_stored_part,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.catalog.importing import import_catalog
from webapp.catalog.importing import rows as rows_of_catalog
from webapp.extensions import db
from webapp.matching import workbench
from webapp.matching.skipped_rows import PartReference
from webapp.matching.workbench import PAGE_LENGTH
from webapp.models import (
    Alias,
    AliasVersion,
    AuditEntry,
    Dealer,
    IgnoredPart,
    Manufacturer,
    PullBlock,
    RejectedCandidate,
    Run,
)


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/skipped"


@pytest.fixture
def skipping(dealer: Dealer) -> Any:
    """A code with two parts that differ from the catalog's in punctuation, a stale and a matchless one."""
    make_configuration(dealer, enabled=True)
    maker = make_manufacturer("Tucker", numbers=["A-1", "B-2"])
    make_supplier_code(dealer, "TR", maker)
    item = make_run_item(make_run(dealer), "TR", skipped=4)
    found = {"reason": "unmatched", "candidate_by": "punctuation"}
    make_stored_part(
        item, "A1", quantity=2, retail_cents=500, candidate="A-1", description="Oil filter", **found
    )
    make_stored_part(item, "B2", quantity=3, retail_cents=10_000, candidate="B-2", **found)
    make_stored_part(item, "X9", reason="unmatched", quantity=1, retail_cents=100)
    make_stored_part(item, "S1", reason="stale", quantity=7)
    return item


def rows(page: str) -> list[str]:
    """The part numbers of the list, in its order; decisions below it have part numbers, too."""
    listed = re.split(r'aria-labelledby="(?:rejected|ignored)-heading"', page)[0]
    return re.findall(r'class="pn" href="[^"]*">([^<]*)</a>', listed)


def place(number: str, candidate: str = "") -> str:
    return str(PartReference("tr", number.lower(), candidate))


def said(page: str) -> str:
    return unescape(page)


@ON_SQLITE
def test_before_the_first_run_it_says_where_one_is_queued(client: LintingClient, url: str):
    assert "No finished runs yet" in client.get(url).text


def test_parts_are_grouped_with_units_and_value_the_most_valuable_first(
    client: LintingClient, url: str, skipping: Any
):
    page = client.get(url).text
    assert rows(page) == ["B2", "A1", "X9", "S1"]
    groups = re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a></th>\s*(.*?)</tr>', page, re.S)
    text = {name: re.sub(r"<[^>]*>|\s+", " ", cells) for name, cells in groups}
    assert next(iter(text)) == "Same number, different punctuation"
    assert [*text["Same number, different punctuation"].split()[:3]] == ["2", "5", "$310.00"]
    assert [*text["Not changed for more than 365 days"].split()[:3]] == ["1", "7", "$0.00"]


def test_they_are_filtered_by_words_code_reason_and_value(client: LintingClient, url: str, skipping: Any):
    def listed(query: str) -> list[str]:
        return rows(client.hx("GET", f"{url}?{query}").text)

    assert listed("q=oil") == ["A1"]
    assert listed("q=b-2") == ["B2"]
    assert listed("reason=unmatched") == ["X9"]
    assert listed("reason=unmatched-punctuation&sort=part") == ["A1", "B2"]
    assert listed("least=10") == ["B2", "A1"]
    assert listed("code=TR&sort=units") == ["S1", "B2", "A1", "X9"]
    assert "No parts match" in client.hx("GET", f"{url}?code=PU").text


@ON_SQLITE
def test_with_a_reason_chosen_only_that_reason_is_listed_with_what_to_do(
    client: LintingClient, url: str, skipping: Any
):
    def reasons(query: str) -> list[str]:
        page = client.get(f"{url}?{query}").text
        assert ("All reasons</a>" in page) == bool(query)
        return re.findall(r'<th scope="row"><a href="[^"]*reason=([^"&]*)', page)

    assert len(reasons("")) == 3
    assert reasons("reason=stale") == ["stale"]
    assert "No parts match" in client.get(f"{url}?reason=undated").text


@ON_SQLITE
def test_accepting_selected_parts_is_offered_only_where_a_part_has_a_match(
    client: LintingClient, url: str, skipping: Any
):
    offers = [client.get(f"{url}?reason={reason}").text for reason in ("unmatched", "unmatched-punctuation")]
    assert ["Accept selected" in page for page in offers] == [False, True]
    assert all("Ignore selected" in page for page in offers)


@ON_SQLITE
def test_more_than_a_page_has_pages(client: LintingClient, url: str, skipping: Any):
    for number in range(PAGE_LENGTH):
        make_stored_part(skipping, f"N-{number:03}", reason="unmatched")
    assert len(rows(client.get(url).text)) == PAGE_LENGTH
    assert len(rows(client.get(f"{url}?page=2").text)) == 4
    assert "No more parts" in client.get(f"{url}?page=9").text


def test_accepting_makes_an_alias_and_starts_a_run(client: LintingClient, url: str, skipping: Any):
    page = client.hx(
        "POST", f"{url}/acceptances", data={"only": place("A1", "A-1"), "part": place("B2", "B-2")}
    )
    alias = db.session.scalars(select(Alias)).one()
    assert (alias.part_number, alias.target_number, alias.kind) == ("A1", "A-1", "punctuation")
    assert alias.created_by is not None
    run = db.session.scalars(select(Run).where(Run.trigger == "alias")).one()
    assert f"1 part number accepted. Run {run.id} is applying it now." in page.text
    assert rows(page.text) == ["B2", "X9", "S1"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "aliases.added")).one()
    assert entry.after == {"A1": "A-1"}


@ON_SQLITE
def test_a_candidate_that_is_no_longer_the_same_is_not_accepted(
    client: LintingClient, url: str, skipping: Any
):
    for data in ({"part": place("A1", "A-9")}, {"part": "[1]"}, {}, {"part": place("X9")}):
        assert client.post(f"{url}/acceptances", data=data).status_code == 409
    assert db.session.scalars(select(Alias)).all() == []


def test_all_of_a_kind_are_accepted_after_a_preview(client: LintingClient, url: str, skipping: Any):
    preview = f"{url}/acceptances/preview?reason=unmatched-punctuation"
    page = client.get(preview).text
    assert "2 parts (5 units, $310.00) will match" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    make_stored_part(
        skipping, "b 2", reason="unmatched", candidate="B-2", candidate_by="punctuation", quantity=1
    )
    all_url = f"{url}/acceptances/all?reason=unmatched-punctuation"
    changed = client.post(all_url, data={"seen": seen[1]})
    assert changed.status_code == 409
    assert "The list changed after this preview" in changed.text
    seen = re.search(r'name="seen" value="([^"]*)"', changed.text)
    assert seen is not None
    assert client.post(all_url, data={"seen": seen[1]}).status_code == 303
    assert {alias.part_number for alias in db.session.scalars(select(Alias))} == {"A1", "B2", "b 2"}


@ON_SQLITE
def test_nothing_without_candidates_is_previewed(client: LintingClient, url: str, skipping: Any):
    assert "No matches to accept" in client.get(f"{url}/acceptances/preview?reason=stale").text


def test_a_rejected_candidate_is_not_offered_again_until_that_is_undone(
    client: LintingClient, url: str, skipping: Any
):
    page = client.hx("POST", f"{url}/rejections", data={"part": place("A1", "A-1")}).text
    assert "1 match won’t be offered again." in said(page)
    assert rows(client.get(f"{url}?reason=unmatched-punctuation").text) == ["B2"]
    assert rows(client.get(f"{url}?reason=unmatched&sort=part").text) == ["A1", "X9"]
    undo = {"only": str(PartReference("", "a1", "A-1"))}
    assert client.post(f"{url}/rejections/removal", data=undo).status_code == 303
    assert db.session.scalars(select(RejectedCandidate)).all() == []
    assert client.post(f"{url}/rejections/removal", data=undo).status_code == 409


def offered(page: str) -> list[str]:
    """The candidates that can be accepted, in the order of the list."""
    return re.findall(r'aria-label="Accept ([^"]*) for ', page)


def test_after_a_rejection_the_next_best_candidate_is_offered(
    client: LintingClient, url: str, dealer: Dealer, skipping: Any
):
    maker = db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker")).one()
    for number in ("A.1", "00A1", "A-3"):
        make_product(maker, number)
    make_product(maker, "U-9", upc="012345678905")
    make_manufacturer("Western", numbers=["A 1"])
    found = {"reason": "unmatched", "quantity": 1}
    chain = {"candidate": "A-2", "candidate_by": "supersession", "upc": "12345678905"}
    make_stored_part(skipping, "OLD", superseded_to="A-2", **chain, **found)
    make_stored_part(skipping, "A-2", superseded_to=" a-3 ", **found)

    def rejected(number: str, candidate: str) -> list[str]:
        client.post(f"{url}/rejections", data={"only": place(number, candidate)})
        return offered(client.get(f"{url}?q={number}&sort=part").text)

    assert offered(client.get(f"{url}?q=a1&sort=part").text) == ["A-1"]
    assert [rejected("A1", each) for each in ("A-1", "A.1", "00A1")] == [["A.1"], ["00A1"], []]
    assert [rejected("OLD", each) for each in ("A-2", "A-3", "U-9")] == [["A-3"], ["U-9"], []]
    assert rows(client.get(f"{url}?reason=unmatched&sort=part").text) == ["A-2", "A1", "OLD", "X9"]


def test_the_next_best_candidate_can_be_accepted(client: LintingClient, url: str, skipping: Any):
    maker = db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker")).one()
    make_product(maker, "00A1")
    client.post(f"{url}/rejections", data={"only": place("A1", "A-1")})
    assert "1 part (2 units" in client.get(f"{url}/acceptances/preview?reason=unmatched-leading_zeros").text
    assert client.post(f"{url}/acceptances", data={"only": place("A1", "A-1")}).status_code == 409
    assert client.post(f"{url}/acceptances", data={"only": place("A1", "00A1")}).status_code == 303
    alias = db.session.scalars(select(Alias)).one()
    assert (alias.target_number, alias.kind) == ("00A1", "leading_zeros")


def test_an_ignored_part_is_not_listed_until_that_is_undone(client: LintingClient, url: str, skipping: Any):
    data = {"only": place("X9"), "why": "shop rag"}
    page = client.hx("POST", f"{url}/ignored", data=data).text
    assert rows(page) == ["B2", "A1", "S1"]
    assert "shop rag" in page
    assert "parts@prairie.example" in page
    row = db.session.scalars(select(IgnoredPart)).one()
    assert (row.part_number, row.supplier_code, row.why) == ("X9", "TR", "shop rag")
    undo = {"only": undos(page)[0]}
    assert client.post(f"{url}/ignored/decisions/removal", data=undo).status_code == 303
    assert "X9" in rows(client.get(url).text)
    assert client.post(f"{url}/ignored/decisions/removal", data=undo).status_code == 409


def undos(page: str) -> list[str]:
    """What the buttons send that undo a decision about ignored parts."""
    return [unescape(value) for value in re.findall(r'name="only" value="([^"]*)" aria-label="List', page)]


def test_all_parts_of_the_filter_are_ignored_after_a_preview_and_listed_again_together(
    client: LintingClient, url: str, skipping: Any
):
    client.post(f"{url}/ignored", data={"only": place("X9"), "why": "shop rag"})
    page = client.get(f"{url}/ignored/preview?reason=unmatched-punctuation").text
    assert "2 parts (5 units, $310.00) will leave the list" in page
    # Within reach, above the list of the parts.
    assert page.index("Ignore 2 parts") < page.index("Parts that will be ignored")
    url_of_all = f"{url}/ignored/all?reason=unmatched-punctuation"
    assert client.post(url_of_all, data={"why": "sold in store"}).status_code == 409
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    done = client.post(url_of_all, data={"why": " sold in store ", "seen": seen[1]})
    assert done.status_code == 303
    assert {(row.part_number, row.why) for row in db.session.scalars(select(IgnoredPart))} == {
        ("A1", "sold in store"),
        ("B2", "sold in store"),
        ("X9", "shop rag"),
    }
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.after == {"A1": "sold in store", "B2": "sold in store"}
    page = client.get(url).text
    assert (rows(page), "List 2 parts again" in page) == (["S1"], True)
    page = client.hx("POST", f"{url}/ignored/decisions/removal", data={"only": undos(page)[0]}).text
    assert "2 parts listed again." in page
    assert rows(page) == ["B2", "A1", "S1"]


@ON_SQLITE
@pytest.mark.parametrize(
    "now",
    [
        {"reason": "stale"},
        {"candidate": "A-9", "candidate_by": "punctuation"},
        {"quantity": 4},
        {"retail_cents": 900},
    ],
    ids=["reason", "candidate", "quantity", "value"],
)
def test_a_part_that_changed_since_the_preview_is_shown_before_it_is_ignored(
    client: LintingClient, url: str, skipping: Any, now: dict[str, Any]
):
    before = {"reason": "unmatched", "quantity": 1, "retail_cents": 100}
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(f"{url}/ignored/preview?q=X9").text)
    assert seen is not None
    db.session.execute(delete(PullBlock))
    make_stored_part(skipping, "X9", **before | now)
    changed = client.post(f"{url}/ignored/all?q=X9", data={"seen": seen[1]})
    assert (changed.status_code, "The list changed after this preview" in changed.text) == (409, True)
    assert db.session.scalars(select(IgnoredPart)).all() == []
    seen = re.search(r'name="seen" value="([^"]*)"', changed.text)
    assert seen is not None
    assert client.post(f"{url}/ignored/all?q=X9", data={"seen": seen[1]}).status_code == 303


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "value"),
    [("least", "12.50"), ("least", "0"), ("q", "%00oil"), ("code", "%07"), ("reason", "lost")],
    ids=["fraction", "zero", "words", "code", "reason"],
)
def test_a_filter_value_that_cannot_be_used_is_named_and_nothing_is_decided_about_all(
    client: LintingClient, url: str, skipping: Any, name: str, value: str
):
    valid = client.get(url).text
    assert ("Ignore all" in valid, "Accept all" in valid, "aria-invalid" in valid) == (True, True, False)
    page = client.get(f"{url}?{name}={value}").text
    assert f'aria-invalid="true" aria-describedby="{name}-error"' in page
    assert f'class="problem" id="{name}-error"' in page
    fragment = client.hx("GET", f"{url}?{name}={value}").text
    assert "a value can’t be used" in fragment
    assert not re.search("Ignore all|Accept all", page + fragment)
    preview = client.get(f"{url}/ignored/preview").text
    seen = re.search(r'name="seen" value="([^"]*)"', preview)
    assert seen is not None
    assert "No parts to ignore" in client.get(f"{url}/ignored/preview?{name}={value}").text
    assert client.post(f"{url}/ignored/all?{name}={value}", data={"seen": seen[1]}).status_code == 409
    assert db.session.scalars(select(IgnoredPart)).all() == []


@ON_SQLITE
def test_the_preview_says_how_many_parts_of_the_filter_are_not_ignored(
    client: LintingClient, url: str, skipping: Any, monkeypatch: pytest.MonkeyPatch
):
    assert "of this filter" not in client.get(f"{url}/ignored/preview").text
    for most, sentence in ((3, "1 more part of this filter stays"), (2, "2 more parts of this filter stay")):
        monkeypatch.setattr(workbench, "MOST_LISTED", most)
        page = client.get(f"{url}/ignored/preview").text
        assert f"{sentence} on the list." in page
        assert f"{most} is the most that can be ignored at once" in page
    assert "of this filter" not in client.get(f"{url}/ignored/preview?reason=unmatched").text


@ON_SQLITE
def test_the_page_says_that_not_all_parts_are_listed(
    client: LintingClient, url: str, skipping: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = "?reason=unmatched-punctuation"
    assert "can be listed" not in client.get(url).text
    assert "of this filter" not in client.get(f"{url}/acceptances/preview{kind}").text
    monkeypatch.setattr(workbench, "MOST_LISTED", 3)
    page = client.get(url).text
    assert "Only 3 parts can be listed, downloaded or ignored at once: 1 more part matches." in page
    assert len(client.get(f"{url}/export.csv").text.splitlines()) == 1 + 3
    monkeypatch.setattr(workbench, "MOST_LISTED", 0)
    assert "of this filter" not in client.get(f"{url}/acceptances/preview?reason=undated").text
    monkeypatch.setattr(workbench, "MOST_LISTED", 1)
    assert "1 more part of this filter stays" in client.get(f"{url}/acceptances/preview{kind}").text


def test_ignored_parts_are_searched_and_some_of_a_decision_are_listed_again(
    client: LintingClient, url: str, skipping: Any
):
    def listed(query: str = "") -> list[str]:
        return rows(client.hx("GET", f"{url}/ignored{query}").text)

    assert "No ignored parts" in client.get(f"{url}/ignored").text
    parts = [place("A1", "A-1"), place("B2", "B-2"), place("X9")]
    client.post(f"{url}/ignored", data={"part": parts, "why": "Sold in store"})
    assert listed() == ["A1", "B2", "X9"]
    assert (listed("?q=x"), listed("?q=in+store"), listed("?q=zz")) == (["X9"], ["A1", "B2", "X9"], [])
    assert client.post(f"{url}/ignored/removal", data={"part": [place("A1"), place("X9")]}).status_code == 303
    assert listed() == ["B2"]
    assert client.post(f"{url}/ignored/removal", data={"only": place("A1")}).status_code == 409
    assert client.post(f"{url}/ignored/removal", data={}).status_code == 409


@ON_SQLITE
@pytest.mark.parametrize(
    "reference",
    [
        *("", "x", "[1]", "1", '["x", 1]', '["2026-01-01", 1]', '["2026-01-01T00:00Z", "1"]'),
        *('["0001-01-01T00:00+14:00", 1]', '["2026-01-01T00:00Z", 1000000000000000000000]'),
        pytest.param("[" * 5_000, id="nested"),
    ],
)
def test_what_is_no_decision_undoes_nothing(client: LintingClient, url: str, skipping: Any, reference: str):
    client.post(f"{url}/ignored", data={"only": place("X9")})
    assert client.post(f"{url}/ignored/decisions/removal", data={"only": reference}).status_code == 409
    assert len(db.session.scalars(select(IgnoredPart)).all()) == 1


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param(str(PartReference("tr", "\x00")), id="null"),
        pytest.param(str(PartReference("tr", "\ud800")), id="surrogate"),
        pytest.param("[" * 5_000, id="nested"),
    ],
)
def test_what_cannot_be_stored_is_no_part(client: LintingClient, url: str, skipping: Any, reference: str):
    only = {"only": reference}
    for path in ("ignored/removal", "rejections/removal", "ignored"):
        assert client.post(f"{url}/{path}", data=only).status_code == 409


@ON_SQLITE
def test_the_csv_file_has_what_the_page_lists(client: LintingClient, url: str, skipping: Any):
    make_stored_part(skipping, "=1+1", reason="unmatched", quantity=1)
    response = client.get(f"{url}/export.csv?reason=unmatched")
    found = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [(row["part_number"], row["retail_value"]) for row in found] == [("X9", "1.00"), ("'=1+1", "")]
    assert client.get(f"{url}/export.xlsx?reason=unmatched").data[:2] == b"PK"


@ON_SQLITE
def test_parts_of_a_removed_code_are_not_listed(
    client: LintingClient, url: str, dealer: Dealer, skipping: Any
):
    item = make_run_item(make_run(dealer), "PU", skipped=1)
    make_stored_part(item, "P1", reason="unmatched", quantity=1)
    assert "P1" not in rows(client.get(url).text)


@ON_SQLITE
def test_staff_download_parts_without_a_product_for_the_import_of_the_catalog(
    staff: LintingClient, client: LintingClient, url: str, dealer: Dealer, skipping: Any
):
    own = make_manufacturer("House", "private_label", dealer)
    make_supplier_code(dealer, "HB", own)
    item = make_run_item(make_run(dealer), "HB", skipped=1)
    make_stored_part(
        item, "=7", reason="unmatched", quantity=1, description="Rag", upc="012345678905", retail_cents=250
    )
    assert "CSV for the catalog" in staff.get(url).text
    assert "CSV for the catalog" not in client.get(url).text
    assert client.get(f"{url}/catalog.csv").status_code == 403
    draft = staff.get(f"{url}/catalog.csv?sort=part").text.removeprefix("\ufeff")
    assert draft.splitlines() == [
        ",".join((*rows_of_catalog.COLUMNS, *rows_of_catalog.OPTIONAL_COLUMNS)),
        f"private_label,House,,,{dealer.id},'=7,House,,Rag,2.50,012345678905",
        "aftermarket,Tucker,Tucker,,,X9,,,,1.00,",
    ]
    file = io.BytesIO(draft.replace("X9,,,", "X9,Acme,,Bolt").encode())
    db.session.rollback()
    imported = import_catalog(file, lambda *_: None)
    assert (imported.part_numbers_new, imported.rejected) == (2, 0)


@ON_SQLITE
def test_a_part_number_under_two_codes_of_a_manufacturer_has_one_line_in_the_catalog_file(
    staff: LintingClient, url: str, dealer: Dealer, skipping: Any
):
    maker = db.session.scalars(select(Manufacturer)).one()
    make_supplier_code(dealer, "T2", maker)
    make_supplier_code(dealer, "WP", make_manufacturer("Western"))
    for code in ("T2", "WP"):
        item = make_run_item(make_run(dealer), code, skipped=1)
        make_stored_part(item, "x9", reason="unmatched", quantity=1, retail_cents=50)
    lines = staff.get(f"{url}/catalog.csv?sort=value").text.splitlines()[1:]
    assert [line.split(",")[1:6:4] for line in lines] == [["Tucker", "X9"], ["Western", "x9"]]


@ON_SQLITE
def test_accepted_parts_are_polled_until_they_are_applied(client: LintingClient, url: str, skipping: Any):
    page = client.hx("POST", f"{url}/acceptances", data={"only": place("A1", "A-1")}).text
    assert "1 accepted part is being applied" in page
    assert client.hx("GET", f"{url}?seen=1").status_code == 204
    run = db.session.scalars(select(Run).where(Run.trigger == "alias")).one()
    for path in (f"/{run.id}", ""):
        assert "matches, guards or freezes" in client.get(url.replace("skipped", "runs") + path).text
    run.status, run.attempt, run.settings = "succeeded", 1, {}
    db.session.commit()
    page = client.hx("GET", url).text
    assert "1 accepted part takes effect with the current or next update." in page
    assert 'hx-trigger="every' not in page
    db.session.execute(update(AliasVersion).values(planned=AliasVersion.version))
    db.session.commit()
    assert rows(client.hx("GET", f"{url}?seen=1").text) == ["B2", "A1", "X9", "S1"]
