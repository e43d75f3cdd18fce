"""The addresses of the measured pages: each that needs no other parameter than ids, and filtered lists."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from benchmarks.bulk_seed import BulkSeed

IDS = {"dealer_id": 1, "code_id": 1, "product_id": 1, "run_id": BulkSeed().last_run}
# The first run changed half of the shelf, the one before the last a few products.
RUNS = (1, BulkSeed().runs)
FILTERED = {
    "dealers.index": (
        *("page=100", "sort=name", "sort=name&page=50", "sort=-success", "sort=status"),
        *("cause=attention", "cause=setup", "organization=none", "status=failed", "cause=refused&sort=name"),
        *("sort=-unmatched", "matching=4", "matching=4&sort=-unmatched"),
    ),
    "inventory.index": (
        *("after=150000", "before=150000", "q=brake+pad", "q=P-1999", "q=number+77", "q=b"),
        *("q=brake&manufacturer=3&stock=in", "manufacturer=3&after=150000", "manufacturer=3&stock=out"),
        *("stock=in", "stock=out&after=180000"),
        *(f"run={run}" for run in RUNS),
        *(f"run={RUNS[0]}&{more}" for more in ("manufacturer=3", "stock=out", "q=brake")),
    ),
    "parts.index": ("q=brake+pad", "q=part+77", "q=nowhere"),
    "parts.show": ("number=P-1", "number=P-99999", "number=S-100", "number=nowhere"),
    "webstore.index": ("q=brake+pad", "q=P-1999", "q=b"),
    "runs.index": ("status=failed", "until=2020-01-01", "before=5000&status=partial"),
}


def page_addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """The role of the user who needs a page most, and its address."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        blueprint = rule.endpoint.partition(".")[0]
        if _is_page(rule) and rule.arguments <= set(IDS) and blueprint not in ("static", "security"):
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **{name: IDS[name] for name in rule.arguments})
            role = "dealer" if "dealer_id" in rule.arguments else "staff"
            yield role, path
            for query in FILTERED.get(rule.endpoint, ()):
                yield role, f"{path}?{query}"


def _is_page(rule: Rule) -> bool:
    return "GET" in (rule.methods or ()) and "." in rule.endpoint
