"""What the tests of the LightSpeed Configuration page read from it, and from what it stored."""

from __future__ import annotations

import re

from tests.webapp.page_lint import Document
from webapp.extensions import db
from webapp.models import Configuration, Dealer


def stored(dealer: Dealer) -> Configuration:
    """The dealer's configuration as it is now."""
    db.session.rollback()
    return db.session.get_one(Configuration, dealer.id)


def is_checked(html: str, id: str) -> bool:
    """Whether the check box or radio button of that id is."""
    (element,) = [each for each in Document(html).elements if each.attributes.get("id") == id]
    return "checked" in element.attributes


def version(html: str) -> set[str]:
    """The versions that the page's forms carry."""
    return set(re.findall(r'class="configuration-version" value="(\d+)"', html))
