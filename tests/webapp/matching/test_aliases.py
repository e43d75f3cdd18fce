"""Accepted part numbers: the page, CSV files, commands, and faults after an import of the catalog (R22)."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import (
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_stored_part,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.alerts.rules import aliases as rule
from webapp.catalog.importing import import_catalog
from webapp.core import clock
from webapp.core.spreadsheet import FileRefused
from webapp.extensions import db
from webapp.matching import aliases, csv_files
from webapp.matching.aliases import NewAlias, Outcome
from webapp.models import Alias, AliasVersion, AuditEntry, Dealer, Manufacturer, PartNumber
from webapp.runs import changed_rules

HEADER = "catalog,manufacturer,part_number,catalog_part_number,kind\n"
LIST = HEADER + "aftermarket,Tucker,A1,A-1,punctuation\naftermarket,Tucker,B2,B-2,manual\n"


@pytest.fixture
def maker(dealer: Dealer) -> Manufacturer:
    make_configuration(dealer, enabled=True)
    return make_manufacturer("Tucker", numbers=["A-1", "B-2"])


@pytest.fixture
def accepted(dealer: Dealer, maker: Manufacturer) -> Alias:
    """A1 stands for A-1."""
    import_(dealer, HEADER + "aftermarket,Tucker,A1,A-1,punctuation\n")
    return db.session.scalars(select(Alias)).one()


def import_(dealer: Dealer, text: str) -> Outcome:
    return csv_files.import_csv(dealer, io.BytesIO(text.encode()))[1]


def exported(dealer: Dealer) -> str:
    file = io.StringIO()
    csv_files.export_csv(dealer, file, marked=False)
    return file.getvalue()


def problems(dealer: Dealer, text: str) -> list[tuple[int, str]]:
    with pytest.raises(FileRefused) as refused:
        import_(dealer, text)
    assert exported(dealer) == HEADER
    return refused.value.problems


def test_a_list_comes_out_as_it_went_in(dealer: Dealer, maker: Manufacturer):
    assert import_(dealer, LIST).changed == 2
    assert exported(dealer) == LIST
    assert import_(dealer, LIST).changed == 0


@ON_SQLITE
def test_a_part_number_in_the_list_is_replaced_and_none_is_removed(dealer: Dealer, maker: Manufacturer):
    import_(dealer, LIST)
    assert import_(dealer, HEADER + "aftermarket,TUCKER,a1,b-2,\n").changed == 1
    assert exported(dealer) == HEADER + "aftermarket,Tucker,a1,B-2,manual\naftermarket,Tucker,B2,B-2,manual\n"


@ON_SQLITE
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("aftermarket,Nobody,A1,A-1,", "manufacturer: no manufacturer Nobody in this catalog"),
        ("oem,Tucker,A1,A-1,", "manufacturer: no manufacturer Tucker in this catalog"),
        ("other,Tucker,A1,A-1,", "catalog must be one of aftermarket, oem, private_label"),
        ("aftermarket,Tucker,,A-1,", "part_number is missing"),
        ("aftermarket,Tucker,A1,C-3,", "catalog_part_number: Tucker has no part number C-3"),
        ("aftermarket,Tucker,b-2,A-1,", "part_number: Tucker has b-2 itself"),
        ("aftermarket,Tucker,X1,A-1,", "part_number: X1 is already on line 2"),
        (
            "aftermarket,Tucker,A1,A-1,guess",
            "kind must be one of punctuation, leading_zeros, supersession, upc,",
        ),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_changed(
    dealer: Dealer, maker: Manufacturer, line: str, reason: str
):
    (problem,) = problems(dealer, HEADER + "aftermarket,Tucker,x1,A-1,\n" + line + "\n")
    assert problem[0] == 3
    assert problem[1].startswith(reason)


@ON_SQLITE
def test_another_dealers_brand_cannot_be_used(dealer: Dealer, maker: Manufacturer):
    other = make_dealer("Summit")
    make_manufacturer("House", "private_label", other, numbers=["H-1"])
    assert problems(dealer, HEADER + "private_label,House,H1,H-1,\n")


def test_before_the_first_pull_no_run_is_due(dealer: Dealer, accepted: Alias):
    assert not changed_rules.is_pending(dealer.id)
    version = db.session.scalars(select(AliasVersion)).one()
    assert (version.version, version.planned) == (1, 1)


def test_the_page_lists_them_and_removes_one(client: LintingClient, dealer: Dealer, accepted: Alias):
    url = f"/dealers/{dealer.id}/aliases"
    page = client.get(f"{url}?q=a1").text
    for words in ("A-1", "Same number, different punctuation", "Tucker"):
        assert words in page
    assert "No part numbers match" in client.get(f"{url}?q=zz").text
    assert "1 part number removed." in client.hx("POST", f"{url}/removal", data={"only": accepted.id}).text
    assert exported(dealer) == HEADER
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "aliases.removed")).one()
    assert entry.before == {"A1": "A-1"}
    assert client.post(f"{url}/removal", data={"only": "1"}).status_code == 409


@ON_SQLITE
def test_another_dealers_alias_is_not_removed(client: LintingClient, dealer: Dealer, accepted: Alias):
    other = make_dealer("Summit")
    aliases.add(other, [NewAlias(accepted.manufacturer_id, "A1", accepted.product_id, "A-1", "manual")])
    number = db.session.scalar(select(Alias.id).where(Alias.dealer_id == other.id))
    assert client.post(f"/dealers/{dealer.id}/aliases/removal", data={"only": str(number)}).status_code == 409
    assert exported(other).count("\n") == 2


def sent(text: str) -> dict[str, Any]:
    return {"file": (io.BytesIO(text.encode()), "a.csv")}


def confirmed(page: str) -> dict[str, str]:
    """The hidden fields of a preview."""
    fields = re.findall(r'type="hidden" name="(content|seen)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in fields}


def shown_text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(page)).split())


@ON_SQLITE
def test_a_file_is_imported_on_the_page_after_a_preview(
    client: LintingClient, dealer: Dealer, accepted: Alias
):
    url = f"/dealers/{dealer.id}/aliases"
    make_supplier_code(dealer, "TR", db.session.get_one(Manufacturer, accepted.manufacturer_id))
    item = make_run_item(make_run(dealer), "TR", skipped=2)
    for number in ("B2", "C3"):
        make_stored_part(item, number, reason="unmatched", quantity=3, retail_cents=1050)
    text = HEADER + "aftermarket,Tucker,A1,B-2,\naftermarket,Tucker,B2,b-2,\n"
    page = client.post(f"{url}/import/preview", data=sent(text)).text
    said = shown_text(page)
    assert "This file adds 1 part number and replaces 1; 0 unchanged." in said
    assert "A1 Replaced A-1 B-2 Tucker B-2" in said
    assert "B2 Added B-2 Tucker B-2" in said
    assert "1 skipped part (3 units, $31.50) will match" in said
    assert db.session.scalars(select(Alias)).one().target_number == "A-1"
    fields = confirmed(page)
    import_(dealer, HEADER + "aftermarket,Tucker,B2,A-1,\n")
    changed = client.post(f"{url}/import", data=fields)
    assert (changed.status_code, "The list changed after this preview" in changed.text) == (409, True)
    assert client.post(f"{url}/import", data=confirmed(changed.text)).status_code == 303
    assert {alias.part_number: alias.target_number for alias in db.session.scalars(select(Alias))} == {
        "A1": "B-2",
        "B2": "B-2",
    }
    assert "Nothing to import" in client.post(f"{url}/import/preview", data=sent(text)).text


@ON_SQLITE
def test_the_preview_names_unknown_numbers_and_refused_lines(
    client: LintingClient, dealer: Dealer, maker: Manufacturer
):
    url = f"/dealers/{dealer.id}/aliases"
    bad = LIST + "aftermarket,Tucker,C3,Z-9,\naftermarket,Nobody,C3,A-1,\n"
    refused = client.post(f"{url}/import/preview", data=sent(bad))
    assert refused.status_code == 422
    said = shown_text(refused.text)
    assert "Line 4: catalog_part_number: Tucker has no part number Z-9" in said
    assert "The other lines add 2 part numbers and replace 0; 0 unchanged." in said
    assert "1 with numbers that aren’t in the catalog, 1 with other problems." in said
    assert client.post(f"{url}/import", data={"content": bad}).status_code == 409
    assert client.post(f"{url}/import/preview", data=sent("x")).status_code == 422
    ansi = {"file": (io.BytesIO((HEADER + "aftermarket,Tucker,Qé,A-1,\n").encode("latin-1")), "list.csv")}
    response = client.post(f"{url}/import/preview", data=ansi)
    assert response.status_code == 422
    assert "Line 2: not UTF-8 text" in shown_text(response.text)
    assert exported(dealer) == HEADER


@ON_SQLITE
def test_commands_import_and_export(flask: Any, dealer: Dealer, maker: Manufacturer, tmp_path: Any):
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    done = flask("aliases", "import", str(file), "--dealer", str(dealer.id))
    assert (done.exit_code, done.stdout) == (0, "2 added, 0 replaced, 0 unchanged\n")
    assert flask("aliases", "export", "--dealer", str(dealer.id)).stdout == LIST
    file.write_text(LIST.replace("B-2", "Z-9"))
    failed = flask("aliases", "import", str(file), "--dealer", str(dealer.id))
    assert failed.exit_code == 1
    assert failed.stderr == "line 3: catalog_part_number: Tucker has no part number Z-9\n"


def catalog(number: str, mpn: str) -> io.BytesIO:
    """A file in which the manufacturer sells a product under a number."""
    columns = "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp"
    return io.BytesIO(f"{columns}\naftermarket,Tucker,TUCKER,,,{number},Acme,{mpn},Thing,1\n".encode())


def findings() -> list[tuple[int | None, str]]:
    return [(finding.dealer_id, finding.sentence) for finding in rule.found(clock.now())]


def test_an_import_that_adds_its_number_or_takes_its_product_away_is_told(
    client: LintingClient, dealer: Dealer, accepted: Alias, maker: Manufacturer
):
    assert findings() == []
    maker.abbreviation, maker.abbreviation_key = "TUCKER", "tucker"
    db.session.commit()
    import_catalog(catalog("A1", "A1"), lambda *_: None)
    said = "1 accepted part number is now an exact match. Check them under Accepted part numbers."
    assert findings() == [(dealer.id, said)]
    assert "Now an exact match" in client.get(f"/dealers/{dealer.id}/aliases").text
    # Both numbers are another product's from now on.
    for number in db.session.scalars(select(PartNumber).where(PartNumber.key == "a1")):
        db.session.delete(number)
    db.session.commit()
    import_catalog(catalog("A-1", "Other"), lambda *_: None)
    assert findings()[0][1].startswith("The product of 1 accepted part number is no longer in the catalog.")
    page = client.get(f"/dealers/{dealer.id}/aliases").text
    assert "No longer in the catalog" in page
    assert "1 part number no longer has an effect" in page


def test_a_product_of_another_manufacturer_makes_no_fault(dealer: Dealer, accepted: Alias):
    other = make_manufacturer("Western")
    make_product(other, "A1")
    import_catalog(catalog("Z-1", "Z"), lambda *_: None)
    assert findings() == []
