"""Why a job failed, in one line that may be shown: the kind of error and where it was raised.

Never its message: that of a database or a server may hold what was to be stored, or a login. The log has it,
redacted.
"""

from __future__ import annotations

import re
from typing import Final

_FRAME: Final = re.compile(r'File "[^"\n]*?((?:jobs|webapp)/[\w/]+\.py)", line (\d+)')
_KIND: Final = re.compile(r"^([A-Za-z_][\w.]*)(?:: |$)")
_KILLED: Final = re.compile(r"waitpid returned (-?\d+)")
_TIMEOUT: Final = "JobTimeoutException"


def reason_of(told: str) -> str:
    """The reason for RQ's account of a failure: a traceback, or a sentence about the process."""
    killed = _KILLED.search(told)
    if killed:
        return _killed(int(killed.group(1)))
    if not told.startswith("Traceback") and "Traceback (most recent call last)" not in told:
        return told[:200]
    kind, frames = _kind_of(told), _FRAME.findall(told)
    if kind.endswith(_TIMEOUT):
        kind = "Took longer than it may"
    return f"{kind} in {frames[-1][0]}, line {frames[-1][1]}" if frames else kind


def _killed(status: int) -> str:
    signal = status & 0x7F
    if signal == 9:
        return "The process was killed (signal 9): out of memory, perhaps."
    return f"The process ended by signal {signal}." if signal else f"The process ended with {status >> 8}."


def _kind_of(traceback: str) -> str:
    """The kind of the last error: its line is the first that is not indented, after the last frame."""
    after = traceback.rpartition("\n  ")[2].splitlines()[1:]
    found = next((match for line in after if (match := _KIND.match(line))), None)
    return found.group(1).rpartition(".")[2] if found else "Error"
