"""Simulator of Lightspeed's 3PA data warehouse: a real HTTP server with configurable behavior and faults.

Written from docs/lightspeed-3pa.md only and never from the client, so that the two check each other.
"""

from sandbox.simulator.behavior import Behavior, Fault
from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.parts import PART_FIELDS, Part, part
from sandbox.simulator.recording import RecordedRequest
from sandbox.simulator.server import Simulator

__all__ = [
    "PART_FIELDS",
    "Behavior",
    "Fault",
    "Part",
    "RecordedRequest",
    "SimulatedDealer",
    "Simulator",
    "part",
]
