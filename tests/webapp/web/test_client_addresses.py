"""One client is one address, however it is written."""

from __future__ import annotations

import pytest
from flask import Flask, request

from webapp.web.client_addresses import canonical, network_of

FORMS = {
    "192.0.2.7": "192.0.2.7",
    "192.0.2.7:5678": "192.0.2.7",
    " 192.0.2.7 ": "192.0.2.7",
    "::ffff:192.0.2.7": "192.0.2.7",
    "::FFFF:c000:207": "192.0.2.7",
    "[::ffff:192.0.2.7]:443": "192.0.2.7",
    "64:ff9b::192.0.2.7": "192.0.2.7",
    "2002:c000:207::99": "192.0.2.7",
    "2001:db8::1": "2001:db8::1",
    "2001:DB8:0::0001": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1",
    '"[2001:db8::1]:443"': "2001:db8::1",
    "fe80::1%eth0": "fe80::1",
}


@pytest.mark.parametrize(("written", "address"), FORMS.items())
def test_an_address_has_one_form(written: str, address: str) -> None:
    assert canonical(written) == address


@pytest.mark.parametrize("written", ["", "unknown", "_hidden", "192.0.2.7.8", "[2001:db8::1", "a:b"])
def test_invalid_client_addresses_are_unchanged_and_counted_together(written: str) -> None:
    expected = "2001:db8::1" if written.startswith("[") else written
    assert canonical(written) == expected
    assert network_of(written) == ("2001:db8::/64" if written.startswith("[") else "unknown")


def test_a_client_is_an_ipv4_address_or_a_network_of_ipv6() -> None:
    assert {network_of(f"192.0.2.7:{port}") for port in (1, 443, 65535)} == {"192.0.2.7"}
    assert network_of("[2001:db8:0:1::1]:443") == network_of("2001:db8:0:1:ffff::2") == "2001:db8:0:1::/64"
    assert network_of("2001:db8:0:2::1") != network_of("2001:db8:0:1::1")


@pytest.mark.parametrize("written", ["192.0.2.7:5678", "::ffff:192.0.2.7"])
def test_the_program_sees_of_each_request_the_one_form(app: Flask, written: str) -> None:
    app.add_url_rule("/whoami", view_func=lambda: request.remote_addr or "")
    client = app.test_client()
    assert client.get("/whoami", environ_base={"REMOTE_ADDR": written}).text == "192.0.2.7"
