"""Files of a PostgreSQL server (a "cluster" in its documentation): their location and initialization."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from sandbox.servers.loopback import ServerNotStarted
from sandbox.servers.os_user import OsUser
from sandbox.servers.process import bare_environment

# Both sort by code point; C.UTF-8 also knows letters beyond ASCII, but not every system has it.
_LOCALES = ("C.UTF-8", "C")


def borrow_folder(account: OsUser) -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder for the account; raise `ServerNotStarted` if it can access none."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # TMPDIR may be in a private home folder.
        folder = tempfile.TemporaryDirectory(prefix="postgres-", dir=place, ignore_cleanup_errors=True)
        if account.takes(Path(folder.name)):
            return folder
        folder.cleanup()
    raise ServerNotStarted(
        "PostgreSQL did not start: no temporary folder is open to the account it must run under."
    )


def lay_out(programs: Path, home: Path, account: OsUser | None, durable: bool) -> Path:
    """Return the cluster in `home`, initialized if missing: UTF-8, superuser `postgres`, no password.

    Raise `ServerNotStarted` with the output of `initdb` if it fails.
    """
    cluster, unfinished = home / "cluster", home / "cluster.unfinished"
    if cluster.exists():
        return cluster
    for locale in _LOCALES:
        # An interrupted attempt leaves a folder that looks complete, so only a finished one gets the name.
        shutil.rmtree(unfinished, ignore_errors=True)
        refusal = _initdb(programs, unfinished, locale, account, durable)
        if refusal is None:
            return unfinished.rename(cluster)
    raise ServerNotStarted(f"PostgreSQL could not lay out its files in {home}:\n{refusal}")


def _initdb(programs: Path, cluster: Path, locale: str, account: OsUser | None, durable: bool) -> str | None:
    """Return the errors of `initdb`, or nothing if it succeeded."""
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", f"--locale={locale}"]
    if not durable:
        options.append("--no-sync")
    done = subprocess.run(
        [programs / "initdb", *options, "-D", cluster],
        cwd=cluster.parent,
        env=bare_environment(),
        capture_output=True,
        text=True,
        **(account.for_popen() if account else {}),
    )
    return None if done.returncode == 0 else done.stderr.strip()
