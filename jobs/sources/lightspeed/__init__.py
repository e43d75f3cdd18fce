"""The client of Lightspeed's 3PA data warehouse. Knows nothing of Flask, SQL or the dealers' settings.

A pull: `LightspeedClient(base_url, credentials, budget).parts(cmf, query, waiting)`.
"""

from jobs.sources.lightspeed.client import LightspeedClient
from jobs.sources.lightspeed.filters import part_filter
from jobs.sources.lightspeed.pages import LARGEST_PAGE
from jobs.sources.lightspeed.rate_budget import RateBudget

__all__ = [
    "LARGEST_PAGE",
    "LightspeedClient",
    "RateBudget",
    "part_filter",
]
