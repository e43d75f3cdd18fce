"""The expected response to each role: a line for every route and method, without which the tests fail.

A line says what nobody, another dealer's user, a user of the same organization's other dealer, the dealer's
own user, and staff are answered, in this order. `LOGIN` is being led to sign in, by 401 where htmx asks;
302 is being led on to a page of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LOGIN: Final = "sign in"
Answer = int | str


@dataclass(frozen=True)
class Line:
    """The answers in the order of `seeded_app.ROLES`, and the form that is sent."""

    answers: tuple[Answer, ...]
    form: Mapping[str, str] = field(default_factory=dict)


def dealers(status: int = 200, **form: str) -> Line:
    """A dealer's own, and staff's: for all others the dealer does not exist."""
    return Line((LOGIN, 404, 404, status, status), form)


def staff(status: int = 200, **form: str) -> Line:
    """Staff's alone, which dealers may know."""
    return Line((LOGIN, 403, 403, 403, status), form)


def staff_of_dealer(status: int = 200, **form: str) -> Line:
    """Staff's alone, at the address of a dealer, which others do not even find."""
    return Line((LOGIN, 404, 404, 403, status), form)


def signed_in(status: int = 200, **form: str) -> Line:
    """Everybody's own."""
    return Line((LOGIN, *[status] * 4), form)


def anybody(status: int = 200, **form: str) -> Line:
    """The same for all; nothing of any dealer is told."""
    return Line((status,) * 5, form)


def stranger(status: int, then: int, **form: str) -> Line:
    """What is for who has not signed in; the others are led on."""
    return Line((status, *[then] * 4), form)


ROWS: Final = {
    "0-catalog": "aftermarket",
    "0-code": "PU",
    "0-manufacturer": "nobody",
}
TABLE: Final[dict[str, Line]] = {
    # Machines ask these. Here is no Redis, so it is not ready; without a METRICS_TOKEN there are no figures.
    "GET health.alive": anybody(),
    "GET health.ready": anybody(503),
    "GET metrics.show": anybody(404),
    "GET static": anybody(),
    "GET home.show": Line((LOGIN, 302, 302, 302, 302)),
    # What staff alone see.
    "GET dealers.index": staff(),
    "GET new_dealer.new": staff(),
    "POST new_dealer.create": staff(303, name="New", timezone="UTC", organization="0"),
    "GET organizations.index": staff(),
    "GET organizations.new": staff(),
    "POST organizations.create": staff(303, name="New Group"),
    "GET organizations.show": staff(),
    "POST organizations.rename": staff(303, name="Other Group"),
    "POST organizations.save_login": staff(303, username="group-2", password="other"),
    "POST organizations.remove_login": staff(303),
    "GET all_audit.index_of_all": staff(),
    "GET background_jobs.index": staff(),
    "POST background_jobs.retry": staff(503, queue="control", job_id="made-up"),
    "GET catalog.index": staff(),
    "GET catalog.new": staff(),
    "POST catalog.create": staff(422),
    "GET catalog.show": staff(),
    "GET catalog.rejected": staff(),
    "GET users.index": staff(),
    "GET users.show": staff(),
    "POST users.make_link": staff(200),
    "POST users.end_sessions": staff(303),
    "POST users.deactivate": staff(303),
    "POST users.activate": staff(303),
    # Nobody here has one.
    "POST users.remove_second_factor": staff(409),
    "GET invitations.new": staff(),
    "POST invitations.invite": staff(303, email="new@own.example", role="staff"),
    # About one dealer, for staff only.
    "GET dealer_details.show": staff_of_dealer(),
    "POST dealer_details.save": staff_of_dealer(303, name="Other", timezone="UTC", organization="0"),
    "POST dealer_details.close": staff_of_dealer(303),
    # The dealer is open.
    "POST dealer_details.reopen": staff_of_dealer(409),
    # A dealer's own.
    "GET dealer.show": dealers(),
    "GET audit.index": dealers(),
    "GET alerts.show": dealers(),
    "GET alerts.show_deliveries": dealers(),
    "POST alerts.save_recipients": dealers(303, recipients="a@b.example"),
    # Nobody is waiting for confirmation here.
    "POST alerts.send_confirmation": dealers(409, address="a@b.example"),
    "POST alerts.save_webhook": dealers(303, webhook_url="https://other.example.com/in"),
    "POST alerts.renew_secret": dealers(200),
    "POST alerts.remove_webhook": dealers(303),
    # No mail server is configured.
    "POST alerts.send_test": dealers(409),
    "GET inventory.index": dealers(),
    "GET inventory.show": dealers(),
    "GET inventory.export": dealers(),
    "GET lightspeed.show": dealers(),
    "GET lightspeed.show_connection": dealers(),
    "GET lightspeed.show_availability": dealers(),
    "POST lightspeed.save_credentials": dealers(303, enabled="y", cmf="4711"),
    "POST lightspeed.save_settings": dealers(303, quantity_column="available"),
    "POST lightspeed.check": dealers(303),
    "GET manufacturer_choices.index": dealers(),
    "GET queue.new": dealers(),
    "POST queue.create": dealers(303),
    "GET reports.download": dealers(),
    "GET runs.index": dealers(),
    "GET runs.show": dealers(),
    # The run has ended, with its reports.
    "POST runs.cancel": dealers(409),
    "POST runs.make_reports": dealers(409),
    "POST runs.decide": dealers(303, decision="keep"),
    "GET skipped.index": dealers(),
    "GET supplier_codes.index": dealers(),
    "GET supplier_codes.new": dealers(),
    "GET supplier_codes.edit": dealers(),
    "GET supplier_codes.ask_removal": dealers(),
    "POST supplier_codes.add_row": dealers(200),
    "POST supplier_codes.create": dealers(422, **ROWS),
    "POST supplier_codes.save": dealers(422, code="PU"),
    "POST supplier_codes.move": dealers(303, direction="up"),
    "POST supplier_codes.remove": dealers(303, clear="y"),
    "GET supplier_code_files.export": dealers(),
    "GET supplier_code_files.new": dealers(),
    "POST supplier_code_files.preview": dealers(422),
    "POST supplier_code_files.create": dealers(422),
    "GET webstore.index": dealers(),
    # A link in an email works for whoever holds it; this one was made up.
    "GET alert_confirmations.show": anybody(404),
    "POST alert_confirmations.confirm": anybody(404),
    # One's own account.
    "GET account.show": signed_in(),
    "POST account.end": signed_in(303),
    "POST account.end_others": signed_in(303),
    # Accounts. A link in an e-mail works for whoever holds it; this one was made up.
    "GET security.login": stranger(200, 302),
    "POST security.login": stranger(422, 302),
    "POST security.logout": anybody(302),
    "GET security.change_password": signed_in(),
    "POST security.change_password": signed_in(422, password="wrong"),
    "GET security.verify": signed_in(),
    "POST security.verify": signed_in(422, password="wrong"),
    "GET security.forgot_password": anybody(),
    "POST security.forgot_password": anybody(200),
    "GET security.reset_password": anybody(302),
    "POST security.reset_password": anybody(302),
    "GET security.mf_recovery": anybody(302),
    "POST security.mf_recovery": anybody(302),
    # Nobody here has a second factor.
    "GET security.mf_recovery_codes": signed_in(303),
    "POST security.mf_recovery_codes": signed_in(303),
    "GET security.tf_select": anybody(303),
    "POST security.tf_select": anybody(303),
    "GET security.two_factor_rescue": anybody(303),
    "POST security.two_factor_rescue": anybody(303),
    "GET security.two_factor_setup": stranger(302, 200),
    "POST security.two_factor_setup": stranger(302, 422),
    "POST security.two_factor_setup_validate": signed_in(302),
    "GET security.two_factor_token_validation": anybody(302),
    "POST security.two_factor_token_validation": anybody(302),
}
