"""The bytes that a page transfers with an empty cache."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed

BYTES = 80_000


def test_a_page_transfers_little_when_nothing_is_kept(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({f"C{number}": 1 for number in range(15)})
    page = visit("/login", dealership.session)
    transferred: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    network.on("Network.loadingFinished", lambda told: transferred.append(told["encodedDataLength"]))
    for path in ("", "/lightspeed", "/supplier-codes", "/runs"):
        transferred.clear()
        page.goto(dealership.path + path, wait_until="networkidle")
        assert len(transferred) >= 6
        assert sum(transferred) < BYTES
