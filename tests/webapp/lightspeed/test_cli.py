from __future__ import annotations

import pytest

from tests.factories import make_dealer, make_organization
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer


@pytest.fixture
def configure(flask):
    dealer = make_dealer()

    def configure(*options, stdin=""):
        return flask("lightspeed", "configure", "--dealer", dealer.id, *options, stdin=stdin)

    return configure


def stored() -> Configuration:
    return db.session.query(Configuration).one()


def test_everything_can_be_set_at_once(configure):
    login = ("--enable", "--cmf", "012345", "--username", "u1", "--password-stdin")
    settings = (
        "--quantity-column",
        "available",
        "--keep-previous",
        "--disabled-on",
        "sunday, Monday",
        "--hold-old-data",
    )
    done = configure(*login, *settings, stdin="correct horse\n")
    assert (done.exit_code, done.stdout) == (0, "")
    row = stored()
    assert (row.enabled, row.cmf, row.username, row.quantity_column) == (True, "012345", "u1", "available")
    assert (row.clear_previous, row.disabled_on) == (False, ["Monday", "Sunday"])
    assert row.hold_old_data
    assert configurations.login_of(row) == configurations.Login("u1", "correct horse")
    assert "horse" not in done.stderr + row.sealed_password


def test_options_that_are_not_given_stay_unchanged(configure):
    configure("--enable", "--cmf", "1", "--disabled-on", "Sunday", "--keep-previous")
    checks = stored().check_number
    configure("--quantity-column", "available")
    row = stored()
    assert (row.enabled, row.cmf, row.disabled_on, row.clear_previous) == (True, "1", ["Sunday"], False)
    assert row.check_number == checks
    configure("--disable", "--disabled-on", "none", "--clear-previous")
    row = stored()
    assert (row.enabled, row.disabled_on, row.clear_previous) == (False, [], True)


def test_a_password_may_come_alone(configure):
    configure("--username", "u1", "--password-stdin", stdin="first")
    configure("--password-stdin", stdin="second")
    assert configurations.login_of(stored()) == configurations.Login("u1", "second")


def test_an_invalid_value_is_refused_and_nothing_is_saved(configure, flask):
    assert configure("--cmf", "12a", "--keep-previous").error == "3PA Dealer ID must be digits only"
    assert configure("--password-stdin", "--disable").error == "no password on standard input"
    for options in (
        *(("--disabled-on", "Funday"), ("--disabled-on", ""), ("--disabled-on", "none,Monday")),
        *(("--quantity-column", "sold"), ("--enable", "x"), ("--cmf",)),
    ):
        done = configure(*options)
        assert (done.exit_code, done.stdout) == (2, "")
    assert db.session.query(Configuration).all() == []
    assert flask("lightspeed", "configure", "--dealer", 7, "--enable").error == "dealer 7 does not exist"


def test_a_login_is_refused_where_the_organization_holds_one(configure):
    dealer = db.session.query(Dealer).one()
    dealer.organization = make_organization("North Group")
    db.session.commit()
    told = "not accepted: North Group manages the 3PA credentials of its dealers"
    assert configure("--username", "u1", "--enable").error == told
    assert configure("--password-stdin", stdin="p").error == told
    assert configure("--cmf", "5", "--enable").exit_code == 0
