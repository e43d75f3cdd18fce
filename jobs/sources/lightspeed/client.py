"""Client of the 3PA service for one login: pages of parts, and the credential check."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from jobs.concurrency import Cancellable, Waiting, sleep
from jobs.sources.lightspeed.api_requests import ApiRequest, ApiResponse, R, RequestSender
from jobs.sources.lightspeed.errors import error_for_fault
from jobs.sources.lightspeed.fetcher import Read
from jobs.sources.lightspeed.filters import QUANTITY_FIELDS, part_filter
from jobs.sources.lightspeed.pages import LARGEST_PAGE, MOST_ROWS, Pages
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.rate_budget import RateBudget
from jobs.sources.lightspeed.responses import parts_in
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.lightspeed.transport import Transport
from jobs.sources.source import Credentials, Page, PartsQuery
from webapp.core import rate_window

_CHECK_SECONDS = 60.0
_CHECK_PAUSE = 5.0


def _look_around() -> None:
    """Do nothing during a wait."""


class LightspeedClient:
    """A session with the 3PA service under one login; requests of it share a connection.

    `timeout` is seconds for connecting and between two signs of life. Wherever a `waiting` is taken it is
    called in the caller's thread at least every 0.5 s during any wait, for heartbeats and stop flags;
    whatever it raises ends the call at once and leaves the request in flight to itself. `allowed_hosts` are
    reached although their addresses are private; any other host must be a public one.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        budget: RateBudget,
        *,
        timeout: tuple[float, float] = (10, 60),
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - it is frozen
        allowed_hosts: Collection[str] = (),
    ) -> None:
        transport = Transport(base_url, credentials, timeout, allowed_hosts)
        self._calls = RequestSender(transport, budget, rate_window.login_key(base_url, credentials.username))
        self._policy = retry

    def part_pages(
        self,
        cmf: str,
        filter_text: str,
        *,
        waiting: Waiting = _look_around,
        page_size: int = LARGEST_PAGE,
        most_rows: int = MOST_ROWS,
    ) -> Iterator[Page]:
        """Yield every page of the parts that `filter_text` selects, in order of part number; see `walk`."""
        walk = self.walk(cmf, filter_text, waiting=waiting, page_size=page_size, most_rows=most_rows)
        return _one_by_one(walk)

    def walk(
        self,
        cmf: str,
        filter_text: str,
        *,
        otherwise: Sequence[str] = (),
        waiting: Waiting = _look_around,
        page_size: int = LARGEST_PAGE,
        most_rows: int = MOST_ROWS,
    ) -> Pages:
        """Prepare to walk through every page of the parts that `filter_text` selects.

        Where it selects none the filters in `otherwise` are tried, until one selects some. Either every page
        comes back well, or `LightspeedError` is raised (R11). `page_size` is 1 to 500 rows;
        beyond `most_rows` the service is taken to lead in circles. The next pages are fetched while the
        caller stores those it has; closing the iterator stops that.
        """
        if not 1 <= page_size <= LARGEST_PAGE:
            raise ValueError(f"a page has 1 to {LARGEST_PAGE} rows")
        _refuse_strange(cmf)

        def ask(
            text: str, skip: int, top: int, read: Read, pause: bool, wanted: Waiting
        ) -> ApiResponse[DecodedPage]:
            options = (
                ("$filter", text),
                ("$orderby", "PartNumber"),
                ("$top", str(top)),
                ("$skip", str(skip)),
            )
            sleep(self._policy.backoff(1) if pause else 0.0, wanted)
            return self._calls.ask(ApiRequest("Part", cmf, options, read), self._policy, wanted)

        def read_page(body: bytes, may_lack_parts: bool) -> DecodedPage:
            return parts_in(body, cmf, may_lack_parts=may_lack_parts)

        asks = [partial(ask, text) for text in (filter_text, *otherwise)]
        return Pages(asks, read_page, page_size, waiting, most_rows)

    def parts(self, cmf: str, query: PartsQuery, waiting: Waiting) -> Pages:
        """Prepare to fetch every page of a query's parts; see `walk`."""
        field = QUANTITY_FIELDS[query.quantity_column]
        first, *others = (part_filter(spelling, field, query.since) for spelling in query.spellings)
        return self.walk(cmf, first, otherwise=others, waiting=waiting)

    def check(self, cmf: str, waiting: Waiting = _look_around) -> None:
        """Ask for one part, to see whether login and CMF work (R3); raises `LightspeedError` if they do not.

        Tries less long than a pull, as a person waits for it.
        """
        _refuse_strange(cmf)

        def read(body: bytes) -> DecodedPage:
            return parts_in(body, cmf, foreign="other_dealer")

        question = ApiRequest("Part", cmf, (("$top", "1"),), read, is_urgent=True)
        self._start(question, self._impatient()).result(waiting)

    def is_crowded(self, seconds: float) -> bool:
        """Whether requests under this login wait for room in the rate budget, or will have to for so long."""
        return self._calls.is_crowded(seconds)

    def _impatient(self) -> RetryPolicy:
        usual = self._policy
        return replace(
            usual,
            attempts=min(usual.attempts, 2),
            total=min(usual.total, _CHECK_SECONDS),
            retry_after_cap=min(usual.retry_after_cap, _CHECK_PAUSE),
            busy_pause=min(usual.busy_pause, _CHECK_PAUSE),
        )

    def _start(self, question: ApiRequest[R], policy: RetryPolicy) -> Cancellable[ApiResponse[R]]:
        return Cancellable(lambda wanted: self._calls.ask(question, policy, wanted))


def _one_by_one(walk: Pages) -> Iterator[Page]:
    with closing(walk.pages()) as several:
        for pages in several:
            yield from pages


def _refuse_strange(cmf: str) -> None:
    """Reject a CMF that would change the path of the URL."""
    if not (cmf.isascii() and cmf.isalnum()):
        raise error_for_fault("no_cmf")
