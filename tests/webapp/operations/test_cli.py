from __future__ import annotations

from cryptography.fernet import Fernet
from flask import Flask

from tests.factories import make_configuration, make_dealer, make_organization
from tests.webapp.client import ON_SQLITE
from webapp.core import vault
from webapp.extensions import db
from webapp.models import AlertRecipients, Configuration, Organization
from webapp.operations.key_rotation import SEALED

pytestmark = ON_SQLITE


def test_every_sealed_column_is_known(app: Flask):
    columns = {
        str(column)
        for table in db.metadata.sorted_tables
        for column in table.columns
        # The second factor's goes under the name that Flask-Security gives it.
        if column.name.startswith("sealed_") or column.name == "tf_totp_secret"
    }
    assert {f"{column.class_.__tablename__}.{column.key}" for column in SEALED} == columns


def test_after_resealing_the_old_key_can_go(app: Flask, flask):
    dealer = make_dealer("Prairie")
    make_configuration(dealer)
    make_organization()
    secret = vault.seal("webhook secret")
    db.session.add(
        AlertRecipients(dealer_id=dealer.id, webhook_url="https://example.com", sealed_webhook_secret=secret)
    )
    db.session.commit()
    new = Fernet.generate_key().decode()
    app.config["CREDENTIALS_KEYS"] = [new, *app.config["CREDENTIALS_KEYS"]]
    assert flask("credentials", "reseal") == (0, "", "3 encrypted again\n")
    app.config["CREDENTIALS_KEYS"] = [new]
    db.session.expire_all()
    sealed = [
        db.session.get_one(Configuration, dealer.id).sealed_password,
        db.session.get_one(Organization, 1).sealed_password,
        db.session.get_one(AlertRecipients, dealer.id).sealed_webhook_secret,
    ]
    assert [vault.unseal(token or "") for token in sealed] == ["hunter2", "group secret", "webhook secret"]


def test_secrets_that_no_key_opens_are_named(app: Flask, flask):
    make_configuration(make_dealer("Prairie"))
    app.config["CREDENTIALS_KEYS"] = [Fernet.generate_key().decode()]
    done = flask("credentials", "reseal")
    assert done.exit_code == 1
    assert "configurations 1: no key in CREDENTIALS_KEYS decrypts it" in done.stderr
