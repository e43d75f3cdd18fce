"""Evaluates recorded requests: how much of the limit was used, by whom, and if it was exceeded."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.simulator import RecordedRequest
from sandbox.simulator.recording import peak

MINUTE = 60.0
# Seconds within which concurrent workers start.
_AT_ONCE = 2.0


@dataclass(frozen=True)
class Verdict:
    """The use of the limit while there was work.

    `minutes` are the requests of each full minute of each login, as shares of the rate; `sustained` the rate
    of as many requests in a row as a window holds, whenever they began, as such a share. `spread` is, for
    each full minute, the requests of the least served dealer that was synced throughout as a share of the
    most served.
    """

    requests: int
    logins: int
    dealers: int
    peak: int
    refused: int
    minutes: list[float]
    sustained: list[float]
    spread: list[float]

    def is_kept(self, rate: int, share: float) -> bool:
        """Whether the limit was used up while there was work, and never exceeded."""
        is_full = bool(self.minutes) and statistics.mean(self.minutes) >= share
        return is_full and self.peak <= rate and not self.refused


def evaluate(requests: Sequence[RecordedRequest], rate: int, window: float = MINUTE) -> Verdict:
    """Evaluate a record, in order of arrival; `window` is the length of the service's window in seconds."""
    by_login: defaultdict[str | None, list[RecordedRequest]] = defaultdict(list)
    for one in requests:
        by_login[one.username].append(one)
    times = [[one.time for one in sent] for sent in by_login.values()]
    return Verdict(
        requests=len(requests),
        logins=len(by_login),
        dealers=len({one.cmf for one in requests if one.cmf}),
        peak=peak(requests, window),
        refused=sum(one.status in (429, 503) for one in requests),
        minutes=[len(within) / rate for sent in times for within in _windows(sent, window)],
        sustained=[share for sent in times for share in _sustained(sent, rate, window)],
        spread=[share for sent in by_login.values() for share in _spread(sent, window)],
    )


def _windows(times: Sequence[float], window: float) -> Iterable[list[float]]:
    """The full windows between the first and the last request."""
    for number in range(int((times[-1] - times[0]) // window)):
        begin = times[0] + number * window
        yield [one for one in times if begin <= one < begin + window]


def _sustained(times: Sequence[float], rate: int, window: float) -> Iterable[float]:
    """The rate of each row of requests as a share of the limit. Full is a little below 1."""
    for first, last in zip(times, times[rate:], strict=False):
        yield rate * window / (last - first) / rate if last - first > window else 1.0


def _spread(sent: Sequence[RecordedRequest], window: float) -> Iterable[float]:
    first, last = _life_of_dealers(sent)
    begin = sent[0].time
    for number in range(int((sent[-1].time - begin) // window)):
        start, end = begin + number * window, begin + (number + 1) * window
        served = Counter(one.cmf for one in sent if one.cmf and start <= one.time < end)
        throughout = [cmf for cmf in served if first[cmf] <= start + _AT_ONCE and last[cmf] >= end - _AT_ONCE]
        if len(throughout) > 1:
            yield min(served[cmf] for cmf in throughout) / max(served[cmf] for cmf in throughout)


def _life_of_dealers(
    sent: Sequence[RecordedRequest],
) -> tuple[dict[str | None, float], dict[str | None, float]]:
    first: dict[str | None, float] = {}
    last: dict[str | None, float] = {}
    for one in sent:
        first.setdefault(one.cmf, one.time)
        last[one.cmf] = one.time
    return first, last
