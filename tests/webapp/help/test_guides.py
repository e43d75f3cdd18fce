"""Both guides are pages with anchors, and every page leads to a heading that exists."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.help import sections
from webapp.help.guides import IMAGES, guide

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    ("name", "named"),
    [("dealer-guide", sections.DEALER_SECTIONS), ("staff-guide", sections.STAFF_SECTIONS)],
)
def test_every_section_that_a_page_leads_to_is_a_heading(
    app: Flask, name: str, named: dict[str, str]
) -> None:
    with app.test_request_context():
        anchors = {anchor for anchor, _ in guide(name).headings}
    assert set(named.values()) <= anchors
    assert set(named) <= set(app.blueprints)


def test_a_guide_has_its_images_and_leads_to_the_other_one(client: LintingClient, app: Flask) -> None:
    page = client.get("/help/dealer-guide").text
    images = re.findall(r'src="(/help/dealer-guide/images/[^"]+)"', page)
    assert images
    for image in images:
        assert client.get(image).get_data() == (IMAGES / image.rpartition("/")[2]).read_bytes()
    assert client.get("/help/dealer-guide/images/staff-catalog.png").status_code == 404
    assert ".md" not in re.sub(r"<code>.*?</code>", "", page)


def test_staff_read_the_staff_guide(staff: LintingClient) -> None:
    page = staff.get("/help/staff-guide").text
    assert '<h2 id="the-catalog">' in page
    assert staff.get("/help/staff-guide/images/staff-catalog.png").status_code == 200


def test_a_page_leads_to_its_section_and_to_support(app: Flask) -> None:
    # A plain client: the lint refuses addresses of other hosts, and this one is the deployment's own.
    anonymous = app.test_client()
    assert "Questions?" not in anonymous.get("/login").text
    app.config.update(SUPPORT_URL="https://help.example.com", SUPPORT_EMAIL="help@example.com")
    page = anonymous.get("/login").text
    assert 'href="/help/dealer-guide#your-account"' in page
    assert 'href="mailto:help@example.com"' in page
