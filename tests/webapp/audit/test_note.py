"""An entry is saved in the transaction of its change, contains no secret, and cannot be altered."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError

from tests.factories import make_dealer, make_user
from tests.webapp.audit.entries import last, noted, told
from webapp import audit
from webapp.core.actor import by_command
from webapp.extensions import db
from webapp.models import AuditEntry


def test_an_entry_goes_with_its_change(app: Flask) -> None:
    audit.note("dealer.added", "Northwind")
    db.session.rollback()
    assert noted() == []


def test_only_the_fields_that_differ_are_kept(app: Flask) -> None:
    before, after = {"pricing": "retail", "lead": 1}, {"pricing": "disabled", "lead": 1}
    audit.note("supplier_code.changed", "TR", before=before, after=after)
    db.session.commit()
    assert (last().before, last().after) == ({"pricing": "retail"}, {"pricing": "disabled"})


def test_without_differences_nothing_is_recorded(app: Flask) -> None:
    audit.note("supplier_code.changed", "TR", before={"lead": 1}, after={"lead": 1})
    db.session.commit()
    assert noted() == []


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (None, "hunter2", ({"password": None}, {"password": "set"})),
        ("hunter1", "hunter2", ({"password": "set"}, {"password": "changed"})),
        ("hunter1", None, ({"password": "set"}, {"password": None})),
    ],
)
def test_of_a_secret_only_the_fact_of_a_change_is_recorded(
    app: Flask, before: str | None, after: str | None, kept: tuple[object, object]
) -> None:
    audit.note("credentials.changed", "3PA", before={"password": before}, after={"password": after})
    db.session.commit()
    assert (last().before, last().after) == kept
    assert "hunter" not in told(last())


def test_an_action_without_a_label_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="not an action"):
        audit.note("something.happened", "TR")


def test_an_entry_cannot_be_altered(app: Flask) -> None:
    audit.note("dealer.added", "Northwind")
    db.session.commit()
    with pytest.raises(DBAPIError, match="never altered"):
        db.session.execute(text("UPDATE audit_entries SET subject = 'Southwind'"))
    db.session.rollback()
    assert last().subject == "Northwind"


def test_an_old_entry_can_go_as_a_whole(app: Flask) -> None:
    audit.note("dealer.added", "Northwind")
    db.session.commit()
    db.session.execute(delete(AuditEntry))
    db.session.commit()
    assert noted() == []


def test_changes_without_a_user_are_attributed_to_the_schedule(app: Flask) -> None:
    audit.note("history.deleted", "3 runs")
    db.session.commit()
    assert (last().actor, last().user_id) == ("schedule", None)


def test_changes_of_a_command_are_attributed_to_the_command(app: Flask) -> None:
    with by_command():
        audit.note("dealer.added", "Northwind")
    audit.note("history.deleted", "3 runs")
    db.session.commit()
    assert [entry.actor for entry in noted()] == ["command", "schedule"]


@pytest.mark.parametrize("role", ["dealer", "staff"])
def test_a_user_is_named_with_the_role(app: Flask, role: str) -> None:
    dealer = make_dealer()
    person = make_user("parts@example.com", dealer if role == "dealer" else None)
    audit.note("settings.changed", "Settings", dealer_id=dealer.id, by=person)
    db.session.commit()
    found = (last().actor, last().email, last().user_id, last().dealer_id)
    assert found == (role, "parts@example.com", person.id, dealer.id)
