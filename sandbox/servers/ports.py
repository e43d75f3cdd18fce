"""Loopback ports: which are free, and which program uses one that is not."""

import pwd
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
_LISTENING = "0A"


def free_port() -> int:
    """Return a port without a listener. Another program may still take it before the caller does."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Return whether this user can listen on the loopback port."""
    return _can_be_bound(port) and not _is_answered(port)


def owner_hint(port: int) -> str:
    """Describe in one line whether the port is taken and by which program, if known."""
    if is_free(port):
        return f"Port {port} is free."
    inodes = _listening_inodes(port)
    for inode in inodes:
        owner = _program_with_socket(inode)
        if owner:
            return f"Port {port} is taken by {owner}."
    for user in inodes.values():
        return f"Port {port} is taken by a program of user {user}."
    if _is_answered(port):
        return f"Port {port} is taken by another program (`lsof -nP -iTCP:{port} -sTCP:LISTEN` names it)."
    return f"Port {port} cannot be opened by this user."


def _is_answered(port: int) -> bool:
    # On macOS binding to 127.0.0.1 succeeds despite a listener on all addresses: only a connection reveals
    # that one.
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((LOOPBACK, port)) != 0:
            return False
        # The system may have picked this very port for our end: then the probe has connected to itself.
        return probe.getsockname() != probe.getpeername()


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        # Without this a port would look taken for a minute after its server ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _listening_inodes(port: int) -> dict[str, str]:
    """Return socket inode → user name of every listener on the port; empty without /proc."""
    found: dict[str, str] = {}
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        lines = table.read_text().splitlines()[1:] if table.exists() else []
        for columns in (line.split() for line in lines):
            if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                found[columns[9]] = _user_name(int(columns[7]))
    return found


def _program_with_socket(inode: str) -> str | None:
    """Return the program that owns the socket, without its arguments, which may hold another user's
    password."""
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(link.readlink()) == f"socket:[{inode}]" for link in descriptors.iterdir()):
                return (
                    f"{(descriptors.parent / 'comm').read_text().strip()} (process {descriptors.parent.name})"
                )
        except OSError:
            continue  # Another user's program, or one that has just ended.
    return None


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
