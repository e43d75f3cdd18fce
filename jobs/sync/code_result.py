"""The result of one try of a code."""

from __future__ import annotations

from typing import Final, NamedTuple

from jobs.sources.source import SourceError
from jobs.sync.applying.gathered import Gathered
from jobs.sync.interruption import RunInterrupted
from webapp.core.run_states import RunItemState

UNEXPECTED: Final = "Something went wrong on our side. Nothing was changed for this code."
DATABASE_REFUSED: Final = (
    "Our database couldn't save this code's parts. Nothing was changed for it. We'll try again later."
)
REMOVED: Final = "Not tried: this code was removed while the run was in progress."


class CodeResult(NamedTuple):
    """`state` is succeeded, failed or not_tried.

    Of a failed code, `kind` and `sentence` are stored with the item, `error` is the service's, and `ends` is
    raised if the run ends with this code; `gathered` is how old its parts are, if that is the reason.
    """

    state: RunItemState
    kind: str = ""
    sentence: str = ""
    error: SourceError | None = None
    ends: RunInterrupted | None = None
    gathered: Gathered | None = None


APPLIED = CodeResult(RunItemState.SUCCEEDED)


def failed(
    kind: str, sentence: str, error: SourceError | None = None, ends: RunInterrupted | None = None
) -> CodeResult:
    """A code of which nothing was changed."""
    return CodeResult(RunItemState.FAILED, kind, sentence, error=error, ends=ends)


def not_tried(sentence: str) -> CodeResult:
    """A code that was left out."""
    return CodeResult(RunItemState.NOT_TRIED, sentence=sentence)
