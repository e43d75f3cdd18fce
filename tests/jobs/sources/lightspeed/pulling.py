"""How the tests pull: everything at once, in small pages."""

import pytest

from jobs.sources.lightspeed import LightspeedClient, LightspeedError
from jobs.sources.source import Page
from tests.jobs.sources.lightspeed.conftest import CMF

FILTER = "SupplierCode eq 'TR'"


def pull(lightspeed: LightspeedClient, page_size: int = 3) -> list[Page]:
    return list(lightspeed.part_pages(CMF, FILTER, page_size=page_size))


def numbers(pages: list[Page]) -> list[str | None]:
    return [part.part_number for one in pages for part in one.parts]


def failure(lightspeed: LightspeedClient, page_size: int = 3) -> LightspeedError:
    with pytest.raises(LightspeedError) as caught:
        pull(lightspeed, page_size)
    return caught.value
