"""List pages say when a value of their filter cannot be used; it counts as absent."""

from __future__ import annotations

import pytest
from flask import Flask, request

from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.models import Dealer
from webapp.web import query_args

NOTE = "Part of the filter isn’t applied: a value can’t be used."
OF_DEALER = (
    *("inventory?stock=none", "inventory?manufacturer=x", "inventory?run=0", "inventory?q=%00"),
    *("runs?status=gone", "runs?since=tomorrow", "blocked-prices?reason=none", "locks?kind=none"),
    *("slow-movers?q=%00", "changes?actor=nobody", "skipped?least=none"),
)
OF_STAFF = ("dealers?cause=none", "dealers?organization=x", "dealers?status=gone", "catalog?catalog=none")
FINE = (
    *(
        "inventory?stock=in&manufacturer=1&run=1&q=brake&after=x",
        "runs?status=failed&since=2026-01-01",
    ),
    *("blocked-prices?reason=floor&page=x", "slow-movers?sort=none", "skipped?sort=none&reason=unmatched"),
)


@ON_SQLITE
@pytest.mark.parametrize("address", OF_DEALER)
def test_a_dealers_list_says_so(client: LintingClient, dealer: Dealer, address: str) -> None:
    url = f"/dealers/{dealer.id}/{address}"
    assert NOTE in client.get(url).text
    assert NOTE in client.hx("GET", url).text


@ON_SQLITE
@pytest.mark.parametrize("address", OF_STAFF)
def test_a_list_of_staff_says_so(staff: LintingClient, address: str) -> None:
    assert NOTE in staff.get(f"/{address}").text


@ON_SQLITE
@pytest.mark.parametrize("address", FINE)
def test_it_is_silent_if_all_are_used(client: LintingClient, dealer: Dealer, address: str) -> None:
    assert NOTE not in client.get(f"/dealers/{dealer.id}/{address}").text


@ON_SQLITE
def test_an_independent_dealer_is_no_unusable_organization(staff: LintingClient) -> None:
    assert NOTE not in staff.get("/dealers?organization=none&cause=attention&status=never").text


def test_only_filters_of_the_address_are_noted(app: Flask) -> None:
    with app.test_request_context("/?since=x&page=x&empty="):
        assert query_args.whole(request.args, "page") is None
        assert query_args.day(request.args, "empty") is None
        assert query_args.unusable() == frozenset()
        assert query_args.day(request.args, "since") is None
        assert query_args.unusable() == {"since"}
