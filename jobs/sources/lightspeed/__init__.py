"""The client of Lightspeed's 3PA data warehouse. Knows nothing of Flask, SQL or the dealers' settings.

A pull: `Lightspeed(base_url, credentials, budget).part_pages(cmf, part_filter(code, "OnHand", since))`.
"""

from jobs.sources.lightspeed.client import LightspeedClient
from jobs.sources.lightspeed.credentials import Credentials
from jobs.sources.lightspeed.errors import Kind, LightspeedError
from jobs.sources.lightspeed.filters import part_filter
from jobs.sources.lightspeed.pages import LARGEST_PAGE, Pages
from jobs.sources.lightspeed.paginator import Page
from jobs.sources.lightspeed.parts import (
    DecodedPage,
    NotAnArray,
    PageFault,
    Part,
    Unreadable,
    cents_of,
    date_of,
    decode_page,
    quantity_of,
)
from jobs.sources.lightspeed.rate_budget import RateBudget
from jobs.sources.lightspeed.retry import RetryPolicy

__all__ = [
    "LARGEST_PAGE",
    "Credentials",
    "DecodedPage",
    "Kind",
    "LightspeedClient",
    "LightspeedError",
    "NotAnArray",
    "Page",
    "PageFault",
    "Pages",
    "Part",
    "RateBudget",
    "RetryPolicy",
    "Unreadable",
    "cents_of",
    "date_of",
    "decode_page",
    "part_filter",
    "quantity_of",
]
