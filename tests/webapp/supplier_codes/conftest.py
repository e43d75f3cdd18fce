from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_dealer, make_manufacturer
from webapp.models import Dealer, Manufacturer


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer()


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return make_manufacturer("Tucker Rocky", abbreviation="TU")


@pytest.fixture
def honda(app: Flask) -> Manufacturer:
    return make_manufacturer("Honda", "oem")
