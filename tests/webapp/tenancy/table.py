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
    "GET dealers.export": staff(),
    "GET dealers.export_workbook": staff(),
    "GET bulk_queue.show": staff(),
    # Nothing is selected.
    "POST bulk_queue.create": staff(422),
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
    "GET catalog.rejected_workbook": staff(),
    "GET users.index": staff(),
    "GET users.show": staff(),
    "POST users.make_link": staff(200),
    "POST users.end_sessions": staff(303),
    "POST users.deactivate": staff(303),
    "POST users.activate": staff(303),
    # Nobody here has one.
    "POST users.remove_second_factor": staff(409),
    "GET invitations.new": staff(),
    "GET invitations.suggest": staff(),
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
    "GET summaries.show": dealers(),
    "GET alerts.show_summaries": dealers(),
    "POST alerts.save_summaries": dealers(303),
    "POST alerts.send_confirmation": dealers(409, address="a@b.example"),
    "POST alerts.save_webhook": dealers(303, webhook_url="https://other.example.com/in"),
    "POST alerts.renew_secret": dealers(200),
    "POST alerts.remove_webhook": dealers(303),
    # No mail server is configured.
    "POST alerts.send_test": dealers(409),
    "GET held_pulls.show": dealers(),
    "GET held_pulls.download": dealers(),
    "POST held_pulls.decide": dealers(303, decision="keep"),
    "GET inventory.index": dealers(),
    "GET inventory.show": dealers(),
    "GET parts.index": dealers(),
    "GET parts.show": dealers(),
    "GET parts.show_product": dealers(),
    "POST parts.ask": dealers(303, number="A-1"),
    # A request is shown on the page of its part.
    "GET parts.show_request": dealers(302),
    "GET inventory.export": dealers(),
    "GET inventory.export_workbook": dealers(),
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
    "GET reports.workbook": dealers(),
    "GET run_changes.download": dealers(),
    "GET freezes.index": dealers(),
    # Without a reason, and of everything.
    "POST freezes.create": dealers(422, target="all"),
    "POST freezes.release": dealers(303),
    # Nothing is selected here.
    "POST freezes.release_selected": dealers(409),
    "GET freezes.download": dealers(),
    "GET frozen_changes.show": dealers(),
    "GET previews.index": dealers(),
    "POST previews.create": dealers(303, code=""),
    "POST previews.create_of_settings": dealers(303, quantity_column="available"),
    "GET preview_results.show": dealers(),
    "GET preview_results.download": dealers(),
    "POST preview_results.run": dealers(303),
    # It is refused on the page of the preview, which is one of an update.
    "POST previewed_settings.save": dealers(303),
    "GET restores.show": dealers(),
    "GET restores.download": dealers(),
    # It does not say which preview was seen.
    "POST restores.create": dealers(409),
    "GET runs.index": dealers(),
    "GET runs.show": dealers(),
    # The run has ended, with its reports.
    "POST runs.cancel": dealers(409),
    "POST runs.make_reports": dealers(409),
    "POST runs.decide": dealers(303, decision="keep"),
    "GET skipped.index": dealers(),
    "GET skipped_files.export": dealers(),
    "GET skipped_files.export_workbook": dealers(),
    "GET catalog_drafts.export": staff_of_dealer(),
    # Nothing is selected, rejected or ignored here.
    "POST skipped.accept": dealers(409),
    "POST skipped.reject": dealers(409),
    "POST skipped.offer_again": dealers(409),
    "POST skipped.ignore": dealers(409),
    "POST skipped.undo_ignoring": dealers(409),
    "GET ignored_parts.index": dealers(),
    "GET ignored_parts.preview": dealers(),
    "POST ignored_parts.create": dealers(409),
    "POST ignored_parts.list_again": dealers(409),
    "GET acceptances.preview": dealers(),
    "POST acceptances.create": dealers(409),
    "GET aliases.index": dealers(),
    "POST aliases.remove": dealers(409),
    "GET alias_files.export": dealers(),
    "GET guards.index": dealers(),
    "POST guards.save": dealers(303, buffer="2"),
    "GET guards.edit": dealers(),
    "POST guards.save_code": dealers(303, buffer="10%"),
    "GET minimum_prices.export": dealers(),
    "GET minimum_prices.new": dealers(),
    "POST minimum_prices.preview": dealers(422),
    "POST minimum_prices.create": dealers(422),
    "GET blocked_prices.index": dealers(),
    "GET blocked_prices.export": dealers(),
    # No price is blocked or allowed here.
    "POST blocked_prices.allow": dealers(409),
    "POST blocked_prices.withdraw": dealers(409),
    "GET coverage.index": dealers(),
    "GET slow_movers.index": dealers(),
    "GET slow_movers.export": dealers(),
    "POST slow_movers.protect": dealers(409),
    "POST slow_movers.count": dealers(303),
    "GET coverage.export": dealers(),
    "GET alias_files.new": dealers(),
    "POST alias_files.preview": dealers(422),
    "POST alias_files.create": dealers(422),
    "GET locks.index": dealers(),
    "GET locks.export": dealers(),
    "POST locks.remove": dealers(409),
    "GET lock_form.show": dealers(),
    "POST lock_form.save": dealers(422),
    "GET lock_files.new": dealers(),
    "POST lock_files.preview": dealers(422),
    "POST lock_files.create": dealers(422),
    "GET supplier_codes.index": dealers(),
    "GET supplier_codes.new": dealers(),
    "GET supplier_codes.edit": dealers(),
    "GET supplier_codes.ask_removal": dealers(),
    "POST supplier_code_drafts.create": dealers(422),
    "POST supplier_code_drafts.remove": dealers(200),
    "POST supplier_codes.create": dealers(422, **ROWS),
    "POST supplier_codes.save": dealers(422, code="PU"),
    "POST supplier_codes.move": dealers(303, direction="up"),
    "POST supplier_codes.remove": dealers(303, clear="y"),
    "GET supplier_code_files.export": dealers(),
    "GET supplier_code_files.new": dealers(),
    "POST supplier_code_files.preview": dealers(422),
    "POST supplier_code_files.create": dealers(422),
    "GET webstore.index": dealers(),
    "GET setup.show": dealers(),
    "POST setup.find": dealers(303),
    # The codes are mapped already.
    "POST setup.review": dealers(409),
    # Nothing was reviewed here.
    "POST setup.preview": dealers(409),
    "POST setup.launch": dealers(409),
    "GET unmapped_codes.index": dealers(),
    "POST unmapped_codes.find": dealers(303),
    # Nothing is selected or hidden here.
    "POST unmapped_codes.map_codes": dealers(409),
    "POST unmapped_codes.hide": dealers(409),
    "POST unmapped_codes.list_again": dealers(409),
    # A link in an email works for whoever holds it; this one was made up.
    "GET alert_confirmations.show": anybody(404),
    "POST alert_confirmations.confirm": anybody(404),
    # The dealer guide says how to sign in.
    "GET help.show": anybody(),
    "GET help.image": anybody(404),
    "GET staff_help.show": staff(),
    "GET staff_help.image": staff(404),
    "GET keys.index": signed_in(),
    # Not in a deployment.
    "GET design.show": anybody(),
    "GET design.show_dialog": anybody(),
    "POST design.save": anybody(),
    # One's own account.
    "GET account.show": signed_in(),
    "POST account.end": signed_in(303),
    "POST account.end_others": signed_in(303),
    # Accounts. A link in an email works for whoever holds it; this one was made up.
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
