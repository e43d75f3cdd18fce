"""Manufacturers of the pages about codes found."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_manufacturer
from webapp.models import Manufacturer


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return make_manufacturer("Tucker Rocky")


@pytest.fixture
def honda(app: Flask) -> Manufacturer:
    return make_manufacturer("Honda", "oem")
