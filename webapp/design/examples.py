"""Made-up rows, a form and charts for the page of components."""

from __future__ import annotations

from typing import Final

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from webapp.core.enums import CATALOG_LABELS, QUANTITY_COLUMN_LABELS, WEEKDAYS
from webapp.web.charts import Bar, Chart
from webapp.web.form_fields import choices

CODES: Final = (
    ("TR2", "Tucker Rocky", 61, 214, 94),
    ("BEL", "Bell Helmets", 28, 96, 88),
    ("FOX", "Fox Racing", 19, 52, 0),
)
SERIES: Final = ("Synced", "Skipped")


class ExampleForm(FlaskForm):
    """One field of each kind."""

    name = StringField("3PA Username")
    catalog = SelectField("Ecommerce Catalog", choices=choices(CATALOG_LABELS))
    column = RadioField("Quantity Column", choices=choices(QUANTITY_COLUMN_LABELS))
    days = SelectMultipleField("Disabled On", choices=list(WEEKDAYS))
    clears = BooleanField("Clear Previous Quantities")
    recipients = TextAreaField("Recipients")


def chart(runs: int) -> Chart:
    """Return a chart of so many made-up runs."""
    bars = [
        Bar(f"Run {n + 1}", f"Nov {1 + n}, 7:00 AM", f"Nov {1 + n}", "#charts", 4600 + 13 * n, 700 - 7 * n)
        for n in range(runs)
    ]
    return Chart(bars, SERIES)
