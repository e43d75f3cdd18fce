"""Ports of `bin/run`, each with its use, which is named if the port is taken."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.servers.ports import free_port, is_free, owner_hint

DEFAULTS = {"WEB_PORT": 5000, "SIMULATOR_PORT": 8900, "REDIS_PORT": 6390}
USES = {"WEB_PORT": "The web pages", "SIMULATOR_PORT": "The 3PA simulator", "REDIS_PORT": "Redis"}


class PortsTaken(Exception):
    """One or more ports are taken; the message has a line for each."""


@dataclass(frozen=True)
class Ports:
    """Port of each server."""

    web: int
    simulator: int
    redis: int


def free_ports() -> Ports:
    """Return free ports, for a run without visitors."""
    return Ports(free_port(), free_port(), free_port())


def fixed_ports(environ: Mapping[str, str] = os.environ) -> Ports:
    """Return the ports of the environment, or the defaults. Raises PortsTaken, naming each one in use."""
    chosen = {name: _number(name, environ.get(name) or str(default)) for name, default in DEFAULTS.items()}
    if environ.get("REDIS_URL"):
        # No Redis is started, so its port does not matter.
        chosen["REDIS_PORT"] = free_port()
    taken = [
        f"{owner_hint(port)} {USES[name]} would listen there: end that, or choose another with {name}=…"
        for name, port in chosen.items()
        if not is_free(port)
    ]
    if taken:
        raise PortsTaken("\n".join(taken))
    return Ports(chosen["WEB_PORT"], chosen["SIMULATOR_PORT"], chosen["REDIS_PORT"])


def _number(name: str, text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise PortsTaken(f"{name} is malformed: a port is a number from 1 to 65535")
    return int(text)
