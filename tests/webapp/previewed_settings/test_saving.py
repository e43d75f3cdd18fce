"""The settings of a preview are saved as on their own pages, unless others were changed since (R24)."""

from __future__ import annotations

import pytest

from tests.factories import make_configuration, make_manufacturer, make_preview, make_supplier_code
from tests.webapp.client import LintingClient
from webapp.extensions import db
from webapp.guards import settings, stored_rules
from webapp.guards.rules import GuardValues
from webapp.lightspeed import configurations
from webapp.models import AuditEntry, Configuration, Dealer, Preview, SupplierCode, User
from webapp.previews.basis import basis_of
from webapp.previews.overrides import Overrides
from webapp.supplier_codes import set_pricing


@pytest.fixture
def codes(dealer: Dealer) -> list[SupplierCode]:
    """Two mapped codes of a connected dealer."""
    make_configuration(dealer, enabled=True, quantity_column="on_hand", clear_previous=True)
    maker = make_manufacturer("Tucker")
    rows = [
        make_supplier_code(dealer, code, maker, position=place) for place, code in enumerate(("TR", "PU"))
    ]
    db.session.commit()
    return rows


def of_settings(dealer: Dealer, **overrides: object) -> Preview:
    return make_preview(dealer, kind="settings", overrides=Overrides(**overrides).stored())  # type: ignore[arg-type]


def save(client: LintingClient, preview: Preview) -> str:
    """Save, and return the page that follows."""
    page = f"/dealers/{preview.dealer_id}/previews/{preview.id}"
    assert 'id="save-settings"' in client.get(page).text
    response = client.post(f"{page}/settings")
    assert response.status_code == 303
    db.session.expire_all()
    return client.get(response.headers["Location"]).text


def configuration(dealer: Dealer) -> Configuration:
    return db.session.get_one(Configuration, dealer.id, populate_existing=True)


def actions() -> list[str]:
    query = db.select(AuditEntry.action).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def test_all_settings_are_saved_with_their_audit_entries(
    client: LintingClient, dealer: Dealer, codes: list[SupplierCode], user: User
) -> None:
    version = configuration(dealer).version
    preview = of_settings(
        dealer,
        quantity_column="available",
        clear_previous=False,
        pricing="retail",
        without=codes[1].id,
        buffer_units=2,
    )
    text = save(client, preview)
    assert "Settings saved. They take effect with the next update." in text
    assert 'id="save-settings"' not in text
    saved = configuration(dealer)
    assert (saved.quantity_column, saved.clear_previous, saved.version) == ("available", False, version + 1)
    rows = db.session.scalars(db.select(SupplierCode)).all()
    assert [(row.code, row.pricing) for row in rows] == [("TR", "retail")]
    assert stored_rules.read(db.session.connection(), dealer.id).dealer.buffer_units == 2
    assert actions() == [
        "settings.changed",
        "supplier_codes.repriced",
        "supplier_code.removed",
        "preview.saved",
        "guards.changed",
    ]
    assert {entry.user_id for entry in db.session.scalars(db.select(AuditEntry))} == {user.id}
    assert preview.state == "applied"


def test_the_pricing_of_one_code_is_saved(
    client: LintingClient, dealer: Dealer, codes: list[SupplierCode]
) -> None:
    save(client, of_settings(dealer, pricing="retail", of_mapping=codes[1].id))
    assert [row.pricing for row in codes] == ["disabled", "retail"]
    (entry,) = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "supplier_codes.repriced"))
    assert entry.after == {"PU → Tucker": "Retail"}


def test_a_buffer_of_none_ends_the_saved_one(
    client: LintingClient, dealer: Dealer, codes: list[SupplierCode]
) -> None:
    settings.save_defaults(dealer, GuardValues(buffer_percent=10, max_quantity=5), [1])
    save(client, of_settings(dealer, buffer_units=0))
    stored = stored_rules.read(db.session.connection(), dealer.id)
    assert (stored.dealer.buffer_units, stored.dealer.buffer_percent) == (None, None)
    assert (stored.dealer.max_quantity, stored.placeholders) == (5, (1,))


@pytest.mark.parametrize(
    ("what", "said"), [("settings", "your settings"), ("codes", "your supplier codes"), ("guards", "guards")]
)
def test_nothing_is_saved_if_other_settings_were_changed_since(
    client: LintingClient, dealer: Dealer, codes: list[SupplierCode], what: str, said: str
) -> None:
    preview = of_settings(dealer, quantity_column="available", buffer_units=3)
    if what == "settings":
        configurations.save_settings(configuration(dealer), clear_previous=False)
    elif what == "codes":
        set_pricing(dealer, codes, "retail")
        db.session.commit()
    else:
        settings.save_defaults(dealer, GuardValues(max_quantity=5), [1])
    text = save(client, preview)
    assert "Not saved, because this changed after the preview:" in text
    assert said in text
    assert (preview.state, configuration(dealer).quantity_column) == ("queued", "on_hand")
    assert stored_rules.read(db.session.connection(), dealer.id).dealer.buffer_units is None
    preview.state, preview.basis = "ready", basis_of(dealer.id, dealer.timezone)
    db.session.commit()
    saved = save(client, preview)
    assert "Settings saved." in saved
    assert "Not saved" not in saved


def test_a_preview_is_saved_once_and_only_while_it_is_ready(
    client: LintingClient, dealer: Dealer, codes: list[SupplierCode]
) -> None:
    preview = of_settings(dealer, clear_previous=False)
    save(client, preview)
    configurations.save_settings(configuration(dealer), clear_previous=True)
    page = f"/dealers/{dealer.id}/previews/{preview.id}"
    again = client.post(f"{page}/settings")
    assert "These settings are already saved." in client.get(again.headers["Location"]).text
    of_update = make_preview(dealer)
    refused = client.post(f"/dealers/{dealer.id}/previews/{of_update.id}/settings")
    assert "can no longer be saved" in client.get(refused.headers["Location"]).text
    assert (of_update.state, configuration(dealer).clear_previous) == ("ready", True)


def test_nothing_is_saved_if_one_of_the_changes_is_refused(
    client: LintingClient, dealer: Dealer, codes: list[SupplierCode]
) -> None:
    preview = of_settings(dealer, clear_previous=False, without=4711)
    assert "no longer in your list" in save(client, preview)
    assert (preview.state, configuration(dealer).clear_previous) == ("ready", True)
