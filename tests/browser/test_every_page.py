"""Every page can be read by everybody: `gallery` lists them, `accessibility` looks at them."""

from __future__ import annotations

import pytest

from tests.browser import gallery
from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.gallery import Sight
from tests.browser.visitors import WATCHER, Visitor


def test_no_page_is_left_out() -> None:
    assert {rule.endpoint for rule in gallery.pages()} == {sight.endpoint for sight in gallery.sights()}


@pytest.mark.parametrize("sight", gallery.sights(), ids=str)
def test_a_page_is_good_in_any_look(visit: Visit, visitors: dict[str, Visitor], sight: Sight) -> None:
    visitor = visitors[sight.visitor]
    page = visit(sight.path(visitor), visitor.session)
    assert page.locator("h1").count() == 1
    acts_for_another = sight.visitor == WATCHER and "/dealers/" in page.url
    assert page.get_by_text("You are working for").count() == acts_for_another
    assert problems(page) == []
