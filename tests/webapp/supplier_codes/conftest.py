from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp import stockroom
from webapp.models import Dealer, Manufacturer


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return stockroom.add_dealer()


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return stockroom.add_manufacturer("Tucker Rocky")


@pytest.fixture
def honda(app: Flask) -> Manufacturer:
    return stockroom.add_manufacturer("Honda", "oem")
