"""A host of its own on this machine: namespaces for network, files, processes, name and shared memory.

Inside, a room has its own /tmp and /dev/shm, sees neither the other room's folder nor this working copy, and
reaches over the network only what is handed on to it (relays.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil
from rq.worker import Worker

from benchmarks.hosts.relays import Relays
from sandbox.servers.process import ServerProcess, bare_environment
from webapp.settings.config import ROOT

# Where a room's own folder and the installed packages are, as seen from inside.
HOME, PACKAGES = Path("/mnt"), Path("/mnt/packages")
_TOOLS = ("unshare", "nsenter", "ip", "mount")
_NAMESPACES = ("--mount", "--uts", "--ipc", "--net", "--pid")
# Arguments: name, own folder, packages, what is to be hidden, and where the shared services are.
_FURNISH = """
set -e
hostname "$1"
mount --bind "$2" /mnt
mkdir -p /mnt/packages
mount --bind "$3" /mnt/packages
printf '127.0.0.1 localhost\n%s services\n' "$5" >/mnt/hosts
mount --bind /mnt/hosts /etc/hosts
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs "$4"
echo furnished
exec sleep infinity
"""
_INSIDE = 'cd /mnt/work && exec "$@"'


def can_be_made() -> bool:
    """Whether this user may make namespaces, and the tools for it are there: on Linux, as root."""
    return sys.platform == "linux" and os.geteuid() == 0 and all(map(shutil.which, _TOOLS))


class Room:
    """One room, with a network of two addresses between it and this machine.

    To every room the shared services have the same name, as the login's requests are counted by it too.
    """

    services = "services"

    def __init__(self, name: str, number: int, folder: Path, relays: Relays, ports: Sequence[int]) -> None:
        self._name = name
        self.address, self._gateway = f"10.213.{number}.2", f"10.213.{number}.1"
        log = folder / "room.log"
        command = ["unshare", *_NAMESPACES, "--fork", "--mount-proc", "--kill-child"]
        inside = ["sh", "-c", _FURNISH, "room", name, folder, sys.prefix, ROOT, self._gateway]
        self._unshare = ServerProcess([*command, *inside], folder, log)
        _wait_for(log, "furnished")
        self._keeper = psutil.Process(self._unshare.pid).children()[0].pid
        self._connect(f"room-{number}")
        for port in ports:
            relays.open(self._gateway, port)

    def _connect(self, link: str) -> None:
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(self._keeper))
        _ip("addr", "add", f"{self._gateway}/30", "dev", link)
        _ip("link", "set", link, "up")
        inside = ["nsenter", "--target", str(self._keeper), "--net", "ip"]
        subprocess.run([*inside, "addr", "add", f"{self.address}/30", "dev", "eth0"], check=True)
        for device in ("lo", "eth0"):
            subprocess.run([*inside, "link", "set", device, "up"], check=True)

    @property
    def python(self) -> Path:
        """The interpreter with the packages, as seen from inside."""
        return PACKAGES / "bin" / "python"

    def command(self, *words: str | Path) -> list[str | Path]:
        """What starts a command inside, in the room's own working copy."""
        enter = ["nsenter", "--target", str(self._keeper), *_NAMESPACES, "sh", "-c", _INSIDE, "inside"]
        return [*enter, *words]

    def variables(self) -> Mapping[str, str]:
        """Where a process inside finds itself."""
        return {"HOME": str(HOME / "home"), "TMPDIR": "/tmp", "PATH": f"{PACKAGES}/bin:/usr/bin:/bin"}

    def has(self, worker: Worker, _pids: Iterable[int]) -> bool:
        """Whether a worker is in here: the room's name is the name of its host."""
        return bool(worker.hostname == self._name)

    def end(self) -> None:
        """End the room with whatever runs in it."""
        self._unshare.kill()


class Corner:
    """What stands in for a room where none can be made: own folders, on the network of this machine."""

    address = services = "127.0.0.1"
    python = Path(sys.executable)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def command(self, *words: str | Path) -> list[str | Path]:
        """What starts a command in the corner's own working copy."""
        return ["sh", "-c", f'cd "{self._folder}/work" && exec "$@"', "inside", *words]

    def variables(self) -> Mapping[str, str]:
        """Where a process finds itself."""
        home, spare = self._folder / "home", self._folder / "tmp"
        spare.mkdir(exist_ok=True)
        return {**bare_environment(), "HOME": str(home), "TMPDIR": str(spare)}

    def has(self, worker: Worker, pids: Iterable[int]) -> bool:
        """Whether a worker is of this corner: a process of its, as both have the machine's name."""
        return worker.pid in {*pids}

    def end(self) -> None:
        """Nothing is left of a corner once its processes have ended."""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _wait_for(log: Path, words: str) -> None:
    deadline = time.monotonic() + 20
    while words not in log.read_text():
        if time.monotonic() > deadline:
            raise SystemExit(f"a room could not be made:\n{log.read_text()}")
        time.sleep(0.02)
