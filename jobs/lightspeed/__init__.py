"""The client of Lightspeed's 3PA data warehouse. Knows nothing of Flask, SQL or the dealers' settings.

A pull: `Lightspeed(base_url, credentials, budget).part_pages(cmf, part_filter(code, "OnHand", since))`.
"""

from jobs.lightspeed.budget import RateBudget
from jobs.lightspeed.credentials import Credentials
from jobs.lightspeed.errors import Kind, LightspeedError
from jobs.lightspeed.filters import part_filter
from jobs.lightspeed.paginator import Page
from jobs.lightspeed.paging import LARGEST_PAGE, Walk
from jobs.lightspeed.parts import (
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
from jobs.lightspeed.retry import RetryPolicy
from jobs.lightspeed.session import Check, Lightspeed

__all__ = [
    "LARGEST_PAGE",
    "Check",
    "Credentials",
    "DecodedPage",
    "Kind",
    "Lightspeed",
    "LightspeedError",
    "NotAnArray",
    "Page",
    "PageFault",
    "Part",
    "RateBudget",
    "RetryPolicy",
    "Unreadable",
    "Walk",
    "cents_of",
    "date_of",
    "decode_page",
    "part_filter",
    "quantity_of",
]
