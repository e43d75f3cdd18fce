"""Response of /lsapi/Dealer: the dealers that a login may read."""

from collections.abc import Iterable

import msgspec

from sandbox.simulator.behavior import Behavior
from sandbox.simulator.dealers import SimulatedDealer


def dealer_list(own: Iterable[SimulatedDealer], switches: Behavior) -> bytes:
    """Return a JSON array of Dealer records (docs/lightspeed-3pa.md, "Dealer"), enabled ones only."""
    return msgspec.json.encode(
        [
            {
                "Cmf": one.cmf,
                "DealershipName": one.name,
                "DealerNumber": one.cmf[-4:],
                "DirectConnect": 1,
                "DirectConnectDate": "2024-08-01T00:00:00",
            }
            for one in own
            if one.cmf not in switches.not_enabled
        ]
    )
