"""3PA passwords at rest."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from webapp.core import vault


@pytest.fixture
def sealing() -> Flask:
    app = Flask("sealing")
    app.config["CREDENTIALS_KEYS"] = [Fernet.generate_key().decode()]
    return app


def test_a_secret_comes_back_and_is_not_stored_in_the_clear(sealing: Flask) -> None:
    with sealing.app_context():
        token = vault.seal("correct horse")
        assert "horse" not in token
        assert vault.unseal(token) == "correct horse"


def test_a_secret_sealed_with_an_older_key_can_still_be_read(sealing: Flask) -> None:
    with sealing.app_context():
        token = vault.seal("correct horse")
        sealing.config["CREDENTIALS_KEYS"].insert(0, Fernet.generate_key().decode())
        assert vault.unseal(token) == "correct horse"


def test_a_secret_that_no_key_fits_is_refused_without_revealing_anything(sealing: Flask) -> None:
    with sealing.app_context():
        token = vault.seal("correct horse")
        sealing.config["CREDENTIALS_KEYS"] = [Fernet.generate_key().decode()]
        with pytest.raises(vault.SealedError, match="CREDENTIALS_KEYS") as refused:
            vault.unseal(token)
    assert token not in str(refused.value)
