"""Each verb that changes something records who did what for which dealer."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.factories import make_dealer, make_manufacturer, make_user
from tests.webapp.audit.entries import actions, last, noted, told
from webapp import accounts, supplier_codes
from webapp.catalog import uploads
from webapp.core.errors import FieldRefused, Refused
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer
from webapp.runs import lifecycle
from webapp.supplier_codes import Fields

HEADER = "catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
CATALOG = "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    make_manufacturer("Tucker Rocky")
    return make_dealer()


def fields(code: str = "TR", **others: str) -> Fields:
    return Fields("aftermarket", code, "Tucker Rocky", **others)


def test_credential_changes_are_audited_without_a_value(dealer: Dealer) -> None:
    configuration = configurations.of(dealer)
    configurations.save_credentials(configuration, enabled=True, cmf="4711", username="u-1", password="p-1")
    assert last().after == {
        "enabled": True,
        "3PA Dealer ID": "4711",
        "username": "set",
        "password": "set",
    }
    configurations.save_credentials(configuration, username="u-2", password="p-2")
    assert (last().before, last().after) == (
        {"username": "set", "password": "set"},
        {"username": "changed", "password": "changed"},
    )
    assert last().dealer_id == dealer.id
    for secret in ("u-1", "u-2", "p-1", "p-2", configuration.sealed_password):
        assert str(secret) not in "".join(told(entry) for entry in noted())


def test_settings_are_audited_with_old_and_new_values(dealer: Dealer) -> None:
    configuration = configurations.of(dealer)
    configurations.save_settings(configuration, clear_previous=False, disabled_on=["Sunday"])
    assert last().before == {"clear_previous": True, "disabled_on": []}
    assert last().after == {"clear_previous": False, "disabled_on": ["Sunday"]}


def test_a_save_that_changes_nothing_is_not_audited(dealer: Dealer) -> None:
    configurations.save_settings(configurations.of(dealer), clear_previous=True)
    assert actions() == []


def test_a_supplier_code_from_added_to_removed(dealer: Dealer) -> None:
    row = supplier_codes.add(dealer, fields())
    assert last().after is not None
    assert (last().subject, last().after["pricing"]) == ("TR → Tucker Rocky", "disabled")
    supplier_codes.edit(row, fields(pricing="retail"))
    assert (last().before, last().after) == ({"pricing": "disabled"}, {"pricing": "retail"})
    supplier_codes.add_all(dealer, [fields("PU"), fields("KA")])
    supplier_codes.move(row, 1)
    assert (last().before, last().after) == ({"place": 1}, {"place": 2})
    supplier_codes.remove(row, clear=True)
    assert last().after == {"quantities": "set to zero"}
    added, changed = "supplier_code.added", "supplier_code.changed"
    assert actions() == [added, changed, added, added, "supplier_code.moved", "supplier_code.removed"]
    assert {entry.dealer_id for entry in noted()} == {dealer.id}


def test_a_refused_change_leaves_no_entry(dealer: Dealer) -> None:
    with pytest.raises(supplier_codes.RowsRefused):
        supplier_codes.add_all(dealer, [fields("PU"), fields("KA", pricing="cheap")])
    with pytest.raises(FieldRefused):
        configurations.save_credentials(configurations.of(dealer), cmf="not a number")
    db.session.rollback()
    assert actions() == []


def test_a_reordering_is_audited_by_the_names_of_its_rows(dealer: Dealer) -> None:
    first, second = supplier_codes.add_all(dealer, [fields("PU"), fields("KA")])
    supplier_codes.reorder(dealer, [second.id, first.id])
    assert last().after == {"order": ["KA → Tucker Rocky", "PU → Tucker Rocky"]}


def test_an_import_names_each_row_that_it_added_or_changed(dealer: Dealer) -> None:
    supplier_codes.add_all(dealer, [fields("PU"), fields("KA")])
    lines = "aftermarket,PU,Tucker Rocky,3,retail\naftermarket,KA,Tucker Rocky,1,disabled\n"
    file = io.BytesIO((HEADER + lines + "aftermarket,TR,Tucker Rocky,,\n").encode())
    supplier_codes.import_csv(dealer, file)
    assert last().subject == "1 added, 1 updated"
    assert last().before == {"PU → Tucker Rocky": "lead time 1 day, pricing Disabled"}
    assert last().after == {
        "PU → Tucker Rocky": "lead time 3 days, pricing Retail",
        "TR → Tucker Rocky": "lead time 1 day, pricing Disabled",
    }


def test_queueing_and_cancelling_a_run_are_audited(dealer: Dealer) -> None:
    started = lifecycle.record(dealer, "manual", anyway=True)
    assert last().after == {"trigger": "manual", "anyway": True}
    lifecycle.record(dealer, "manual")
    lifecycle.cancel(started.run)
    lifecycle.cancel(started.run)
    assert actions() == ["run.queued", "run.cancelled"]
    assert {entry.subject for entry in noted()} == {f"Run {started.run.id}"}


def test_changes_of_users_dealers_and_organizations_are_audited(app: Flask) -> None:
    group = accounts.add_organization("North Group", "group-login", "group-password")
    dealer = accounts.add_dealer("Northwind", "America/Chicago", group)
    accounts.add_user("Parts@Example.com", "ride-safe-2026", "dealer", dealer)
    with pytest.raises(Refused):
        accounts.add_user("parts@example.com", "ride-safe-2026", "dealer", dealer)
    assert actions() == ["organization.added", "dealer.added", "user.added"]
    assert [entry.dealer_id for entry in noted()] == [None, dealer.id, dealer.id]
    assert noted()[0].after == {"username": "set", "password": "set"}
    assert last().after == {"role": "dealer"}


def test_an_uploaded_catalog_is_audited_with_its_user(app: Flask) -> None:
    staff = make_user("support@example.com")
    content = CATALOG + "aftermarket,Tucker,TR,,,A-1,Bell,A-1,Helmet,19.90\n"
    row = uploads.start(io.BytesIO(content.encode()), "bell.csv", staff)
    assert uploads.process_import(row.id, lambda: False)
    assert [(entry.action, entry.subject, entry.email) for entry in noted()] == [
        ("catalog.import_started", "bell.csv", "support@example.com"),
        ("catalog.imported", "bell.csv", "support@example.com"),
    ]
    assert last().after is not None
    assert last().after["products_new"] == 1
