"""Reason of a job's failure in one line that is safe to show: the exception type and where it was raised.

The exception's message is left out, because a message from a database or server may contain stored data or a
login. The log has it, redacted.
"""

from __future__ import annotations

import re
from typing import Final

_FRAME: Final = re.compile(r'File "[^"\n]*?((?:jobs|webapp)/[\w/]+\.py)", line (\d+)')
_KIND: Final = re.compile(r"^([A-Za-z_][\w.]*)(?:: |$)")
_KILLED: Final = re.compile(r"waitpid returned (-?\d+)")
_TIMEOUT: Final = "JobTimeoutException"
_MAX_LENGTH: Final = 200


def reason_of(description: str) -> str:
    """Shorten RQ's description of a failure, which is a traceback or a sentence about the process."""
    killed = _KILLED.search(description)
    if killed:
        return _killed(int(killed.group(1)))
    if not description.startswith("Traceback") and "Traceback (most recent call last)" not in description:
        return description[:_MAX_LENGTH]
    kind, frames = _kind_of(description), _FRAME.findall(description)
    if kind.endswith(_TIMEOUT):
        kind = "Timed out"
    return f"{kind} in {frames[-1][0]}, line {frames[-1][1]}" if frames else kind


def _killed(status: int) -> str:
    signal = status & 0x7F
    if signal == 9:
        return "The process was killed (signal 9). It may have run out of memory."
    if signal:
        return f"The process was ended by signal {signal}."
    return f"The process exited with status {status >> 8}."


def _kind_of(traceback: str) -> str:
    """Return the type of the last exception, from the first unindented line after the last frame."""
    lines = traceback.rpartition("\n  ")[2].splitlines()[1:]
    match = next(filter(None, map(_KIND.match, lines)), None)
    return match.group(1).rpartition(".")[2] if match else "Error"
