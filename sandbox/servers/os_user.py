"""Unprivileged account for PostgreSQL if this program runs as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class OsUser:
    """A user and group of this machine that own nothing."""

    uid: int
    gid: int

    def for_popen(self) -> dict[str, Any]:
        """Return the arguments that make `subprocess` run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def takes(self, folder: Path) -> bool:
        """Give the folder to the account and return whether the account can reach it and write there.

        In a home folder of mode 0700 it cannot, regardless of the folder's owner.
        """
        os.chown(folder, self.uid, self.gid)
        return self.can_run(["/bin/sh", "-c", 'cd -- "$1" && test -w .', "reach", folder])

    def can_run(self, command: list[str | Path]) -> bool:
        """Return whether the command succeeds under this account."""
        return runs(command, self)


def unprivileged_account() -> OsUser | None:
    """Return the account to use instead of root, or nothing if this program does not run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return OsUser(nobody.pw_uid, nobody.pw_gid)


def runs(command: list[str | Path], account: OsUser | None) -> bool:
    """Return whether the command succeeds under the account, or under this program's own user."""
    try:
        # From the root folder: the current one may be inaccessible to the account.
        done = subprocess.run(
            command, cwd="/", capture_output=True, **(account.for_popen() if account else {})
        )
    except OSError:
        return False
    return done.returncode == 0
