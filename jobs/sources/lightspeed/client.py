"""Client of the 3PA service for one login: pages of parts, and the credential check."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from jobs.concurrency import Cancellable, Waiting, sleep
from jobs.sources.lightspeed.api_requests import ApiRequest, ApiResponse, Read, RequestSender
from jobs.sources.lightspeed.errors import Fault, LightspeedError, error_for_fault
from jobs.sources.lightspeed.fetcher import RequestTotals, Send
from jobs.sources.lightspeed.filters import QUANTITY_FIELDS, number_filter, part_filter, stock_filter
from jobs.sources.lightspeed.pages import LARGEST_PAGE, MOST_ROWS, Pages
from jobs.sources.lightspeed.paginator import Paginator, log_requests
from jobs.sources.lightspeed.parts import DecodedPage
from jobs.sources.lightspeed.rate_budget import RateBudget
from jobs.sources.lightspeed.responses import parts_in
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.lightspeed.transport import Query, Transport
from jobs.sources.source import Credentials, Page, Part, PartsQuery, StockQuery
from webapp.core import rate_window

# Seconds of a check: its attempts and the waits between them, one such wait, and everything, the wait for the
# rate budget included. A page polls for 90 s, and the tick starts a check again after 120 s.
_CHECK_SECONDS = 60.0
_CHECK_PAUSE = 5.0
_CHECK_LONGEST = 90.0
# Rows of one part number: a dealer has few codes with the same one.
_MOST_FOUND = "50"


def _no_op() -> None:
    """Do nothing during a wait."""


class LightspeedClient:
    """Client of the 3PA service for one login; its requests share a connection.

    `timeout` is the connect timeout and the read timeout in seconds. A `waiting` callback is called in the
    caller's thread at least every 0.5 s during any wait, for heartbeats and stop flags; an exception from it
    ends the call at once and abandons the request in flight. `allowed_hosts` may have private addresses; all
    other hosts must have public ones.
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
        self._sender = RequestSender(transport, budget, rate_window.login_key(base_url, credentials.username))
        self._policy = retry

    def pages_of(
        self,
        cmf: str,
        filter_text: str,
        *,
        otherwise: Sequence[str] = (),
        waiting: Waiting = _no_op,
        page_size: int = LARGEST_PAGE,
        most_rows: int = MOST_ROWS,
        order: str = "PartNumber",
        after: str | None = None,
        is_background: bool = False,
        trace: bytes | None = None,
    ) -> Pages:
        """Return the pages of the parts that `filter_text` matches, from the bookmark `after` on.

        If it matches none, the filters in `otherwise` are tried in order until one matches. Either every page
        is returned, or `LightspeedError` is raised (R11). `page_size` is 1 to 500 rows; a list longer than
        `most_rows` is an error. The next pages are prefetched while the caller stores the current ones;
        closing the generator stops the prefetch. With the `trace` of an earlier pull, pages that are still
        the same are not decoded.
        """
        if not 1 <= page_size <= LARGEST_PAGE:
            raise ValueError(f"page_size must be 1 to {LARGEST_PAGE}")
        _require_alphanumeric(cmf)

        def send(text: str, skip: int, top: int, read: Read, pause: bool, check_stop: Waiting) -> ApiResponse:
            options = (
                ("$filter", text),
                ("$orderby", order),
                ("$top", str(top)),
                ("$skip", str(skip)),
            )
            sleep(self._policy.backoff(1) if pause else 0.0, check_stop)
            request = ApiRequest(cmf, options, read, is_background=is_background)
            return self._sender.send(request, self._policy, check_stop)

        def read_page(body: bytes, may_lack_parts: bool) -> DecodedPage:
            return parts_in(body, cmf, may_lack_parts=may_lack_parts)

        def read_list(senders: Sequence[Send], check_stop: Waiting) -> Iterator[Page]:
            return Paginator(senders, read_page, page_size, most_rows, check_stop, after).pages()

        senders = [partial(send, text) for text in (filter_text, *otherwise)]
        return Pages(cmf, senders, read_list, waiting, trace, self._is_final)

    def parts(self, cmf: str, query: PartsQuery, waiting: Waiting) -> Pages:
        """Return the pages of a query's parts; see `pages_of`."""
        field = QUANTITY_FIELDS[query.quantity_column]
        first, *others = (part_filter(spelling, field, query.since) for spelling in query.spellings)
        return self.pages_of(cmf, first, otherwise=others, waiting=waiting, trace=query.trace)

    def stock(self, cmf: str, query: StockQuery, waiting: Waiting = _no_op) -> Pages:
        """Return the pages of all parts in stock but those of some codes (R20), after all other requests."""
        text = stock_filter(query.without)
        order = "SupplierCode,PartNumber"
        return self.pages_of(cmf, text, waiting=waiting, order=order, after=query.after, is_background=True)

    def unchanged(self, cmf: str, query: PartsQuery, waiting: Waiting = _no_op) -> Pages:
        """Return the pages of parts that did not change since a day (R30), after all other requests."""
        field = QUANTITY_FIELDS[query.quantity_column]
        first, *others = (part_filter(one, field, query.since, before=True) for one in query.spellings)
        return self.pages_of(cmf, first, otherwise=others, waiting=waiting, is_background=True)

    def find(self, cmf: str, spellings: Sequence[str], waiting: Waiting = _no_op) -> Sequence[Part]:
        """Return the parts with a number now, under any code, by one request for which a user waits (R23).

        `spellings` are those of the number. Takes at most 90 s in total; raises `LightspeedError`.
        """
        options = (("$filter", number_filter(spellings)), ("$orderby", "SupplierCode"), ("$top", _MOST_FOUND))
        return self._asked(cmf, options, "foreign_parts", waiting).parts

    def check(self, cmf: str, waiting: Waiting = _no_op) -> None:
        """Validate login and CMF by requesting one part (R3); raises `LightspeedError` if they are not valid.

        Retries for a shorter time than a pull does, because a user waits for the result, and takes at most
        90 s in total.
        """
        self._asked(cmf, (("$top", "1"),), "other_dealer", waiting)

    def _asked(self, cmf: str, options: Query, foreign: Fault, waiting: Waiting) -> DecodedPage:
        """Return the response to a request for which a user waits; a row of another dealer is `foreign`."""
        _require_alphanumeric(cmf)

        def read(body: bytes) -> DecodedPage:
            return parts_in(body, cmf, foreign=foreign)

        request = ApiRequest(cmf, options, read, is_urgent=True)
        asked = Cancellable(lambda check_stop: self._sender.send(request, self._check_policy(), check_stop))
        try:
            response = asked.result(waiting, _CHECK_LONGEST)
        except TimeoutError:
            raise error_for_fault("timed_out") from None
        log_requests(RequestTotals(response.requests, response.seconds), response.rows.received)
        return response.rows

    def is_crowded(self, seconds: float) -> bool:
        """Whether requests under this login wait, or the rate limit allows none for `seconds`."""
        return self._sender.is_crowded(seconds)

    def _is_final(self, error: LightspeedError) -> bool:
        """Whether an error of a response fails its request at the first attempt."""
        return self._policy.wait_after(error, 1, 0.0) is None

    def _check_policy(self) -> RetryPolicy:
        policy = self._policy
        return replace(
            policy,
            attempts=min(policy.attempts, 2),
            total=min(policy.total, _CHECK_SECONDS),
            retry_after_cap=min(policy.retry_after_cap, _CHECK_PAUSE),
            busy_pause=min(policy.busy_pause, _CHECK_PAUSE),
        )


def _require_alphanumeric(cmf: str) -> None:
    """Reject a CMF that would change the URL's path."""
    if not (cmf.isascii() and cmf.isalnum()):
        raise error_for_fault("no_cmf")
