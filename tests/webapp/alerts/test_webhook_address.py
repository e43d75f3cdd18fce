"""Addresses that a webhook may have."""

from __future__ import annotations

import pytest

from webapp.alerts.webhook_address import checked
from webapp.core.errors import Refused

ALLOWED = frozenset({"hooks.internal", "127.0.0.1", "localhost", "10.0.0.5"})


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com:8443/a/b?c=d",
        " https://93.184.215.14/in ",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/in",
        "https://hooks.internal/in",
        "https://hooks.example.com:443/in",
        "https://localhost:9000/in",
        "https://10.0.0.5/in",
        "http://127.0.0.1:5000/in",
    ],
)
def test_accepted_addresses(url: str):
    assert checked(url, ALLOWED) == url.strip()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example.com/in", "https://"),
        ("http://10.0.0.5/in", "https://"),
        ("http://10.0.0.5:8443/in", "https://"),
        ("https://hooks.example.com:80/in", "port 443 or 8443"),
        ("https://hooks.example.com:0/in", "port 443 or 8443"),
        ("https://hooks.example.com:6379/in", "port 443 or 8443"),
        ("https://10.0.0.5:5000/in", "port 443 or 8443"),
        ("https://hooks.internal:22/in", "port 443 or 8443"),
        ("https://168.63.129.16/machine", "private"),
        ("https://[::1]/in", "private"),
        ("ftp://hooks.example.com", "https://"),
        ("//hooks.example.com", "https://"),
        ("hooks.example.com/in", "valid web address"),
        ("https://", "valid web address"),
        ("https://[::1", "valid web address"),
        ("https://hooks.example.com:port/", "valid web address"),
        ("https://hooks.example.com/in#part", "valid web address"),
        ("https://user:secret@hooks.example.com/in", "login"),
        ("https://user@hooks.example.com/in", "login"),
        ("https://hooks.example.com/a\r\nX-Injected: 1", "printable"),
        ("https://hooks.example.com/a b", "printable"),
        ("https://hööks.example.com/", "printable"),
        ("https://hooks.example.com/" + "a" * 1000, "1,000"),
        ("https://printer.local/in", "private"),
        ("https://metadata.google.internal/in", "private"),
        ("https://127.0.0.2/in", "private"),
        ("https://10.1.2.3/in", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::ffff:10.0.0.1]/in", "private"),
        ("https://[fd00::1]/in", "private"),
        ("https://router.home.arpa/in", "private"),
        ("https://localhost./in", "private"),
        ("https://metadata/in", "private"),
        ("https://hooks.example.com\\@10.0.0.5/in", "valid web address"),
    ],
)
def test_a_refusal_does_not_repeat_the_input(url: str, said: str):
    with pytest.raises(Refused, match=said) as refused:
        checked(url, ALLOWED)
    assert "secret" not in str(refused.value)
