"""The sample dealers for the staff's list."""

from __future__ import annotations

from flask import Flask

from sandbox.samples.fleet import add_fleet
from webapp.dealers.causes import BITS
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_query import records


def test_the_fleet_has_a_dealer_in_every_state_of_the_staffs_list(app: Flask):
    assert add_fleet() == 100
    found = records(DealerFilter())
    later_only = {"coverage", "incomplete", "old_data", "unmapped"}
    assert {name for name, bit in BITS.items() if not found.count(bit)} == later_only
