"""The true cause in each row of the staff's table."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import (
    make_alert,
    make_configuration,
    make_dealer,
    make_held_clearing,
    make_manufacturer,
    make_run,
    make_run_item,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.dealers.fleet import finished, labels, names, ready
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer


def shown(staff: LintingClient, name: str) -> list[str]:
    return labels(staff.get("/dealers").text, name)


def failed(dealer: Dealer, status: str, kind: str | None, *codes: str, reason: str | None = None) -> None:
    run = make_run(dealer, status, reason=reason)
    for code in codes:
        make_run_item(run, code, "failed", error_kind=kind)


def test_refused_credentials_are_shown_with_the_reason(staff: LintingClient):
    reason = "Lightspeed does not know this 3PA Dealer ID. Check the number."
    failed(ready("Refused", check_state="refused", check_reason=reason), "failed", "account", "TR")
    assert shown(staff, "Refused") == ["Lightspeed rejects the credentials"]
    page = staff.get("/dealers").text
    assert "Lightspeed does not know this 3PA Dealer ID." in page
    assert "Check the number" not in page


@pytest.mark.parametrize(
    ("kind", "reason", "said"),
    [
        ("transient", None, "Run failed: no response from Lightspeed"),
        ("rate_limited", None, "Run failed: too many requests with this login"),
        ("bad_answer", None, "Run failed: unusable response from Lightspeed"),
        ("other_dealer", None, "Run failed: Lightspeed sent another dealer’s parts"),
        (None, "The disk is full.", "Run failed: The disk is full"),
        (None, None, "Run failed: internal error"),
    ],
)
def test_a_failed_run_is_shown_with_its_cause(staff: LintingClient, kind: str, reason: str, said: str):
    failed(ready("Failing"), "failed", kind, "TR", reason=reason)
    assert shown(staff, "Failing") == [said]


def test_a_partial_run_names_the_codes_that_failed(staff: LintingClient):
    failed(ready("One"), "partial", "transient", "KX")
    failed(ready("Five"), "partial", "transient", "KA", "KB", "KC", "KD", "KE")
    failed(ready("None"), "partial", None, reason="The reports could not be stored.")
    assert shown(staff, "One") == ["1 code failed: KX"]
    assert shown(staff, "Five") == ["5 codes failed: KA, KB, KC and 2 more"]
    assert shown(staff, "None") == ["The reports could not be stored"]


def test_a_hold_names_its_codes_before_its_alert_opens(staff: LintingClient):
    dealer = ready("Held")
    run = finished(dealer, "partial", 1)
    for code in ("KX", "KA"):
        make_held_clearing(make_run_item(run, code))
    make_held_clearing(make_run_item(run, "KB"), state="kept")
    assert shown(staff, "Held") == ["On hold for approval: KX, KA"]
    failed(dealer, "partial", "transient", "KC")
    assert shown(staff, "Held") == ["On hold for approval: KX, KA", "1 code failed: KC"]


def test_a_dealer_whose_days_are_all_disabled_is_shown_so(staff: LintingClient):
    finished(ready("Paused", disabled_days=127), "succeeded", 1)
    finished(ready("Six days", disabled_days=63), "succeeded", 1)
    assert shown(staff, "Paused") == ["Disabled every day"]
    assert shown(staff, "Six days") == ["Current"]


def test_unfinished_setup_says_which_step_is_next(staff: LintingClient):
    make_dealer("Added")
    make_configuration(make_dealer("Off"), enabled=False)
    make_configuration(make_dealer("Unchecked"), check_state="unchecked", cmf=None)
    make_configuration(make_dealer("Unmapped"))
    ready("Ready")
    make_run(ready("First"), "running")
    page = staff.get("/dealers").text
    assert labels(page, "Added") == labels(page, "Off") == ["Setup: 3PA not enabled"]
    assert labels(page, "Unchecked") == ["Setup: not connected", "Setup: no supplier codes"]
    assert "Missing: 3PA Dealer ID." in page
    assert labels(page, "Unmapped") == ["Setup: no supplier codes"]
    assert labels(page, "Ready") == ["Setup: first update pending"]
    assert labels(page, "First") == ["Setup: first update running"]
    assert '>Needs attention <span class="sub">0</span>' in page


def test_what_is_missing_later_needs_attention(staff: LintingClient):
    unmapped = make_dealer("Unmapped")
    make_configuration(unmapped)
    finished(unmapped, "succeeded", 1)
    disconnected = ready("Disconnected")
    finished(disconnected, "succeeded", 1)
    make_configuration(disconnected, check_state="unchecked")
    off = ready("Off")
    finished(off, "succeeded", 1)
    make_configuration(off, enabled=False)
    closed = ready("Closed", enabled=False)
    closed.closed_at = clock.now()
    db.session.commit()
    page = staff.get("/dealers").text
    assert labels(page, "Unmapped") == ["No supplier codes"]
    assert labels(page, "Disconnected") == ["Not connected"]
    assert labels(page, "Off") == ["3PA off"]
    assert labels(page, "Closed") == ["Closed"]
    assert names(page) == ["Disconnected", "Unmapped", "Off", "Closed"]


def test_every_open_alert_of_a_dealer_is_named_and_puts_it_first(staff: LintingClient):
    finished(ready("Fine"), "succeeded", 1)
    finished(ready("Jumped"), "succeeded", 1, synced=1, skipped=1)
    failing = ready("Failing")
    failed(failing, "failed", "transient", "TR")
    finished(ready("Slow"), "succeeded", 27)
    for name, causes in (
        ("Jumped", ["unmatched"]),
        ("Failing", ["unmatched", "failing", "failing"]),
        ("Slow", ["stale"]),
    ):
        dealer = db.session.scalars(db.select(Dealer).where(Dealer.name == name)).one()
        for number, cause in enumerate(causes):
            make_alert(dealer, cause, subject=str(number))
    over = ready("Over")
    finished(over, "succeeded", 1)
    make_alert(over, "failing", closed_at=clock.now())
    make_alert(make_dealer("Off"), "stale")
    page = staff.get("/dealers").text
    assert names(page)[:4] == ["Failing", "Slow", "Jumped", "Off"]
    assert labels(page, "Failing") == [
        "2 runs failed: no response from Lightspeed",
        "– unmatched, more than usual",
    ]
    assert labels(page, "Jumped") == ["50.0% unmatched, more than usual"]
    assert labels(page, "Slow") == ["No successful update for 1 day"]
    assert labels(page, "Over") == ["Current"]
    assert labels(page, "Off") == ["Setup: 3PA not enabled"]


@ON_SQLITE
def test_two_partial_runs_name_their_codes(staff: LintingClient):
    dealer = ready("Twice")
    failed(dealer, "partial", "transient", "KX")
    make_alert(dealer, "failing")
    make_alert(dealer, "stale")
    assert shown(staff, "Twice") == ["2 partial updates; failed codes: KX", "No update has succeeded yet"]


@ON_SQLITE
def test_codes_are_not_shown_of_another_dealers_run(staff: LintingClient, app: Flask):
    make_supplier_code(make_dealer("Other"), "ZZ", make_manufacturer("Other"))
    failed(ready("Own"), "partial", "transient", "KX")
    assert shown(staff, "Own") == ["1 code failed: KX"]


@ON_SQLITE
def test_a_hold_is_no_failure(staff: LintingClient):
    reason = "On hold for your approval: KX: 120 of 120 products would go to zero."
    dealer = ready("Held")
    run = make_run(dealer, "partial", reason=reason)
    make_held_clearing(make_run_item(run, "KX"))
    assert shown(staff, "Held") == ["On hold for approval: KX"]
    page = staff.get("/dealers").text
    assert ">On hold</a>" in page
    assert "120 of 120" not in page
    # After two bad runs of which the last has lost its reports, and holds something.
    run.reports_missing = True
    make_alert(dealer, "failing")
    assert shown(staff, "Held") == ["2 partial updates", "On hold for approval: KX"]
    assert ">Partial</a>" in staff.get("/dealers").text
