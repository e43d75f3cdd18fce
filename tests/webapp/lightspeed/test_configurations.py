"""What may be saved, and when credentials are validated (R2, R3)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.factories import make_dealer, make_organization
from webapp.core.errors import FieldRefused
from webapp.core.limits import MAX_CMF_LENGTH, MAX_PASSWORD_LENGTH, MAX_USERNAME_LENGTH
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer


@pytest.fixture
def configuration(app: Flask) -> Configuration:
    made = configurations.of(make_dealer())
    db.session.commit()
    return made


def hold_credentials(configuration: Configuration) -> None:
    configuration.dealer.organization = make_organization()
    db.session.commit()


def test_complete_credentials_are_checked(configuration: Configuration) -> None:
    configurations.save_credentials(configuration, enabled=True, cmf=" 4711 ", username="u", password="p")
    assert (configuration.cmf, configuration.check_state, configuration.check_number) == (
        "4711",
        "checking",
        1,
    )
    assert configuration.password_set_at is not None


def test_incomplete_credentials_are_kept_and_not_checked(configuration: Configuration) -> None:
    configurations.save_credentials(configuration, enabled=True, username="u")
    assert (configuration.username, configuration.check_state) == ("u", "unchecked")


def test_an_empty_password_keeps_the_one_that_is_stored(configuration: Configuration) -> None:
    configurations.save_credentials(configuration, username="u", password="first")
    configurations.save_credentials(configuration, username="v", password="")
    assert configurations.login_of(configuration) == configurations.Login("v", "first")


@pytest.mark.parametrize(
    ("field", "most"),
    [("username", MAX_USERNAME_LENGTH), ("password", MAX_PASSWORD_LENGTH), ("cmf", MAX_CMF_LENGTH)],
)
def test_a_text_that_is_too_long_is_refused_and_nothing_is_saved(
    configuration: Configuration, field: str, most: int
) -> None:
    configurations.save_credentials(configuration, **{field: "4" * most})
    with pytest.raises(FieldRefused, match=f"is longer than {most} characters") as refused:
        configurations.save_credentials(configuration, enabled=True, **{field: "4" * (most + 1)})
    assert refused.value.field == field
    assert (configuration.enabled, configuration.version) == (False, 1)


def test_a_configuration_has_the_same_defaults_before_and_after_it_is_stored(app: Flask) -> None:
    dealer = Dealer(name="Northwind", timezone="America/Chicago")
    db.session.add(dealer)
    db.session.flush()
    unsaved, stored = Configuration.unsaved(dealer), configurations.of(dealer)
    columns = [column.key for column in Configuration.__table__.columns]
    assert {name: getattr(unsaved, name) for name in columns} == {
        name: getattr(stored, name) for name in columns
    }
    assert (stored.enabled, stored.quantity_column, stored.clear_previous) == (False, "on_hand", True)


@pytest.mark.parametrize("field", ["username", "password"])
def test_credentials_held_by_the_organization_are_not_accepted_from_a_dealer(
    configuration: Configuration, field: str
) -> None:
    hold_credentials(configuration)
    with pytest.raises(FieldRefused) as refused:
        configurations.save_credentials(configuration, **{field: "own"})
    assert refused.value.field == field
    assert configurations.login_of(configuration) == configurations.Login("group", "group secret")


def test_a_dealer_of_such_an_organization_needs_only_its_dealer_id(configuration: Configuration) -> None:
    hold_credentials(configuration)
    configurations.save_credentials(configuration, enabled=True, cmf="4711")
    assert configuration.check_state == "checking"


@pytest.mark.parametrize("cmf", ["12a", "../1", "４７"])
def test_a_dealer_id_is_digits(configuration: Configuration, cmf: str) -> None:
    with pytest.raises(FieldRefused, match="digits"):
        configurations.save_credentials(configuration, cmf=cmf)


def test_a_login_does_not_show_itself() -> None:
    assert "secret" not in repr(configurations.Login("secret-user", "secret"))


def test_a_dealer_id_that_is_refused_leaves_everything_as_it_was(configuration: Configuration) -> None:
    with pytest.raises(FieldRefused):
        configurations.save_credentials(configuration, enabled=True, cmf="x", username="u")
    assert (configuration.enabled, configuration.username, configuration.version) == (False, None, 0)


def test_two_concurrent_first_saves_share_one_row(app: Flask) -> None:
    dealer = make_dealer()
    dealer_id = dealer.id
    db.session.rollback()
    together = threading.Barrier(2)

    def save() -> None:
        with app.app_context():
            owner = db.session.get_one(Dealer, dealer_id)
            db.session.commit()
            together.wait()
            configurations.save_settings(configurations.of(owner), quantity_column="available")

    with ThreadPoolExecutor(2) as pool:
        for saved in [pool.submit(save) for _ in range(2)]:
            saved.result()
    assert configurations.of(dealer).quantity_column == "available"
