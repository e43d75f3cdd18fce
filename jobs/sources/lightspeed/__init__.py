"""The client of Lightspeed's 3PA data warehouse. Knows nothing of Flask, SQL or the dealers' settings.

A pull: `LightspeedClient(base_url, credentials, budget).parts(cmf, query, waiting)`.
"""

from jobs.sources.lightspeed.client import LightspeedClient
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.filters import part_filter
from jobs.sources.lightspeed.pages import LARGEST_PAGE, Pages
from jobs.sources.lightspeed.parts import DecodedPage, NotAnArray, PageFault, Part, decode_page
from jobs.sources.lightspeed.rate_budget import RateBudget
from jobs.sources.lightspeed.retry import RetryPolicy

__all__ = [
    "LARGEST_PAGE",
    "DecodedPage",
    "LightspeedClient",
    "LightspeedError",
    "NotAnArray",
    "PageFault",
    "Pages",
    "Part",
    "RateBudget",
    "RetryPolicy",
    "decode_page",
    "part_filter",
]
