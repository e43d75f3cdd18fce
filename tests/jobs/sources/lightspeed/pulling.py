"""How the tests pull: everything at once, in small pages."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from jobs.sources.lightspeed import LightspeedClient
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.pages import Pages
from jobs.sources.source import Page
from tests.jobs.sources.lightspeed.conftest import CMF

FILTER = "SupplierCode eq 'TR'"


def part_pages(lightspeed: LightspeedClient, cmf: str, filter_text: str, **options: Any) -> Iterator[Page]:
    """The pages of a filter, one by one; fetched as they are read."""
    return _one_by_one(lightspeed.pages_of(cmf, filter_text, **options))


def _one_by_one(pages: Pages) -> Iterator[Page]:
    with closing(pages.pages()) as batches:
        for batch in batches:
            yield from batch


def pull(lightspeed: LightspeedClient, page_size: int = 3) -> list[Page]:
    return list(part_pages(lightspeed, CMF, FILTER, page_size=page_size))


def numbers(pages: list[Page]) -> list[str | None]:
    return [part.part_number for one in pages for part in one.parts]


def failure(lightspeed: LightspeedClient, page_size: int = 3) -> LightspeedError:
    with pytest.raises(LightspeedError) as caught:
        pull(lightspeed, page_size)
    return caught.value
