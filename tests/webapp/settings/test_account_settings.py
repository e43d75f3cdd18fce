"""Settings of sign-in, from the environment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.webapp.settings.test_config import read
from webapp.settings.env import ConfigurationError
from webapp.settings.table import SETTINGS


def test_a_deployment_chooses_how_long_sessions_and_links_last_and_who_needs_a_code():
    chosen = {"SESSION_DAYS": "7", "SESSION_IDLE_HOURS": "8", "PASSWORD_LINK_HOURS": "2"}
    found = read(**chosen, REQUIRE_STAFF_2FA="True")
    assert found["REQUIRE_STAFF_2FA"] is True
    assert found["PERMANENT_SESSION_LIFETIME"] == timedelta(days=7)
    assert found["SESSION_IDLE_HOURS"] == 8
    assert found["SECURITY_RESET_PASSWORD_WITHIN"] == timedelta(hours=2)


def test_staff_need_a_second_factor_in_production_unless_a_deployment_says_otherwise():
    setting = SETTINGS["REQUIRE_STAFF_2FA"]
    assert setting.read({}) is False
    assert setting.read({}, in_production=True) is True
    assert setting.read({"REQUIRE_STAFF_2FA": "false"}, in_production=True) is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REQUIRE_STAFF_2FA", "perhaps"),
        ("SESSION_DAYS", "0"),
        ("SESSION_IDLE_HOURS", "forever"),
        ("PASSWORD_LINK_HOURS", "169"),
    ],
)
def test_a_malformed_setting_is_named(name: str, value: str):
    with pytest.raises(ConfigurationError, match=f"^{name} "):
        read(**{name: value})
