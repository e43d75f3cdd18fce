from __future__ import annotations

import json

import pytest
from flask_security.utils import verify_password
from sqlalchemy import select

from tests.factories import make_dealer
from webapp import accounts
from webapp.core import vault
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, Organization, User

PASSWORD = "ride-safe-2026"


def test_an_organization_is_created_and_its_id_printed(flask):
    assert flask("organization", "create", " North Group ") == (0, "1\n", "")
    assert flask("organization", "create", "South Group") == (0, "2\n", "")
    assert db.session.get_one(Organization, 1).name == "North Group"
    assert not db.session.get_one(Organization, 1).holds_credentials


def test_an_organizations_credentials_are_sealed(flask):
    done = flask(
        "organization", "create", "N", "--username", "u1", "--password-stdin", stdin="päss wörd\r\nrest"
    )
    assert done.exit_code == 0
    organization = db.session.get_one(Organization, 1)
    assert (organization.username, vault.unseal(organization.sealed_password)) == ("u1", "päss wörd")
    assert "wörd" not in organization.sealed_password + done.stdout + done.stderr


def test_an_organization_is_refused(flask):
    with_login = ("organization", "create", "N", "--username", "u", "--password-stdin")
    assert flask("organization", "create", " ").error.startswith("the name is missing")
    assert flask("organization", "create", "x" * 201).error == "the name is longer than 200 characters"
    assert flask(*with_login).error == "no password on standard input"
    assert flask(*with_login, stdin=b"\xff\n").error == "the password on standard input isn't UTF-8 text"
    assert flask(*with_login, stdin="a\0b\n").error.endswith("characters that can't be printed")
    assert flask("organization", "create", "N", "--username", "u").exit_code == 2
    assert flask("organization", "create", "N", "--password-stdin", stdin="p").exit_code == 2
    assert db.session.scalars(select(Organization)).all() == []


def test_a_dealer_is_created_and_its_id_printed(flask):
    flask("organization", "create", "North Group")
    done = flask("dealer", "create", "Northwind", "--timezone", "America/Chicago", "--organization", 1)
    assert done == (0, "1\n", "")
    dealer = db.session.get_one(Dealer, 1)
    assert (dealer.name, dealer.timezone, dealer.organization_id) == ("Northwind", "America/Chicago", 1)
    assert flask("dealer", "create", "Alone", "--timezone", "UTC").stdout == "2\n"


@pytest.mark.parametrize("zone", ["", "America", "America/Chicagoo", "../etc/passwd", "CST6", "/UTC", "\0"])
def test_a_time_zone_that_does_not_exist_is_refused(zone):
    with pytest.raises(Refused, match="time zone"):
        accounts.add_dealer("Northwind", zone)


def test_a_dealer_is_refused(flask):
    create = ("dealer", "create", "Northwind", "--timezone")
    assert flask(*create, "Mars/Base").error.startswith("unknown time zone 'Mars/Base'")
    assert flask(*create, "UTC", "--organization", 7).error == "organization 7 does not exist"
    assert flask(*create, "UTC", "--organization", 10**20).error == f"organization {10**20} does not exist"
    assert flask(*create, "UTC", "--organization", "x").exit_code == 2
    assert flask("dealer", "create", "Northwind").exit_code == 2
    assert db.session.scalars(select(Dealer)).all() == []


def test_a_user_can_sign_in_with_the_password(flask, app):
    dealer = make_dealer()
    create = ("user", "create", "Parts@Northwind.COM", "--role", "dealer", "--dealer", dealer.id)
    done = flask(*create, "--password-stdin", stdin=PASSWORD + "\n")
    assert (done.exit_code, done.stdout) == (0, "")
    user = db.session.scalars(select(User)).one()
    assert (user.email, user.role, user.dealer_id, user.active) == (
        "parts@northwind.com",
        "dealer",
        dealer.id,
        True,
    )
    assert user.password.startswith("$argon2id$")
    with app.test_request_context():
        assert verify_password(PASSWORD, user.password)


def test_staff_have_no_dealer(flask):
    create = ("user", "create", "a@b.com", "--password-stdin", "--role")
    assert flask(*create, "staff", stdin=PASSWORD).exit_code == 0
    assert flask(*create, "staff", "--dealer", 1, stdin=PASSWORD).exit_code == 2
    assert flask(*create, "dealer", stdin=PASSWORD).exit_code == 2


def test_a_user_is_refused(flask):
    create = ("user", "create", "--role", "staff", "--password-stdin")
    flask(*create, "a@b.com", stdin=PASSWORD)
    assert flask(*create, "A@B.com", stdin=PASSWORD).error == "a@b.com is already a user"
    assert "10 to 128 characters" in flask(*create, "c@b.com", stdin="123456789").error
    assert flask(*create, "c@b.com").error == "no password on standard input"
    for address in ("", "a", "a@", "a@b", "a b@c.com", "a@b.com\0", "a@b.com,c@d.com"):
        assert flask(*create, address, stdin=PASSWORD).error == f"{address!r} isn't a valid email address"
    of_dealer = ("user", "create", "c@b.com", "--role", "dealer", "--dealer", 7, "--password-stdin")
    assert flask(*of_dealer, stdin=PASSWORD).error == "dealer 7 does not exist"
    assert flask("user", "create", "c@b.com", "--role", "staff").exit_code == 2
    assert flask("user", "create", "c@b.com", "--role", "owner", "--password-stdin").exit_code == 2
    assert len(db.session.scalars(select(User)).all()) == 1


def test_organizations_are_listed_renamed_and_given_another_login(flask):
    flask("organization", "create", "North", "--username", "u1", "--password-stdin", stdin="one\n")
    flask("dealer", "create", "Northwind", "--timezone", "UTC", "--organization", 1)
    assert flask("organization", "edit", 1, "--name", "Norther") == (0, "", "")
    done = flask("organization", "credentials", 1, "--username", "u2", "--password-stdin", stdin="two\n")
    assert done == (0, "", "")
    listed = flask("organization", "list").stdout
    assert listed == "id\tname\tdealers\tusername\n1\tNorther\t1\tu2\n"
    assert vault.unseal(db.session.get_one(Organization, 1).sealed_password) == "two"
    assert flask("organization", "credentials", 1, "--remove").exit_code == 0
    assert json.loads(flask("organization", "list", "--json").stdout) == {
        "id": 1,
        "name": "Norther",
        "dealers": 1,
        "username": None,
    }


def test_dealers_are_listed_edited_closed_and_reopened(flask):
    flask("organization", "create", "North")
    flask("dealer", "create", "Northwind", "--timezone", "UTC")
    edit = ("dealer", "edit", 1)
    assert flask(*edit, "--name", "Nord", "--organization", 1) == (0, "", "")
    assert flask(*edit, "--timezone", "America/Chicago").exit_code == 0
    assert flask("dealer", "list").stdout.splitlines()[1] == "1\tNord\tAmerica/Chicago\t1\topen"
    assert flask("dealer", "close", 1).exit_code == 0
    assert flask("dealer", "close", 1).error == "Nord is already closed"
    assert flask(*edit, "--organization", "none").exit_code == 0
    assert flask("dealer", "list").stdout.splitlines()[1] == "1\tNord\tAmerica/Chicago\t\tclosed"
    assert flask("lightspeed", "configure", "--dealer", 1, "--enable").error.endswith("Nord is closed")
    assert flask("dealer", "reopen", 1).exit_code == 0
    assert flask("dealer", "list").stdout.splitlines()[1].endswith("\topen")
