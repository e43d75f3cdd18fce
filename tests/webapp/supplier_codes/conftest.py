from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp import shelf_seed
from webapp.models import Dealer, Manufacturer


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return shelf_seed.add_dealer()


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return shelf_seed.add_manufacturer("Tucker Rocky")


@pytest.fixture
def honda(app: Flask) -> Manufacturer:
    return shelf_seed.add_manufacturer("Honda", "oem")
