"""The interface of a source, and the data that the sync exchanges with it.

A second source is a package beside `lightspeed` that implements `Source`; docs/architecture.md says what else
it takes. Proving the end of a list (R11) and keeping within a rate limit (R9) are up to the source.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any, Final, Literal, Protocol

from jobs.concurrency import Waiting
from jobs.sources.values import Number

Kind = Literal["account", "rate_limited", "transient", "bad_answer", "other_dealer"]
"""`account`: the dealer or the service's operator must change something. `rate_limited`, `transient`: passes
by itself. `bad_answer`: the response cannot be trusted as a list of parts. `other_dealer`: it has parts of
another dealership (R9). That is not retried: one clean response after it would prove nothing."""


class SourceError(Exception):
    """A request that failed, after all its attempts.

    `str(error)` is `sentence`, written for the dealer. `account_wide` errors would meet every other code too
    and end the run (R11). `status` is the HTTP status, if a response came; 401 is a refused login. `requests`
    counts those sent for the page that failed, `rate_waited` the seconds that those waited for room in the
    rate limit; those of earlier pages are on the pages. `retry_after` is what the service asked for, in
    seconds.
    """

    def __init__(
        self,
        sentence: str,
        kind: Kind = "transient",
        *,
        account_wide: bool = False,
        status: int | None = None,
        requests: int = 0,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.kind = kind
        self.account_wide = account_wide
        self.status = status
        self.requests = requests
        self.rate_waited = 0.0
        self.retry_after = retry_after


@dataclass(frozen=True)
class Credentials:
    """The login of a dealer or an organization.

    Both fields stay out of `repr` and `str`, which end up in logs and tracebacks: the password is the secret,
    and the username of a dealer-direct login is the first half of it.
    """

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class PartsQuery:
    """The parts of one supplier code in stock that changed on `since` or later, in the dealer's time (R9).

    `spellings` are tried in order until one has parts. `quantity_column` is `on_hand` or `available`. `trace`
    is that of the last complete pull of the code (`PartPages.trace`), by which the source may know its pages.
    """

    spellings: tuple[str, ...]
    quantity_column: str
    since: date
    trace: bytes | None = None


@dataclass(frozen=True)
class StockQuery:
    """Every part in stock, whatever its supplier code, but those of some codes (R20).

    `without` are spellings of codes to leave out: as many as a request has room for, the first ones first, so
    parts of the others come too. `after` is the `bookmark` of a page from which the list continues.
    """

    without: tuple[str, ...] = ()
    after: str | None = None


class Part(Protocol):
    """One record as received: text untrimmed, numbers as `jobs.sources.values` reads them."""

    @property
    def part_number(self) -> str | None: ...
    @property
    def supplier_code(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def on_hand(self) -> Number: ...
    @property
    def avail(self) -> Number: ...
    @property
    def retail(self) -> Number: ...
    @property
    def current_active_price(self) -> Number: ...
    @property
    def cost(self) -> Number: ...
    @property
    def date_gathered(self) -> str | None: ...
    @property
    def upc(self) -> str | None: ...
    @property
    def superseded_to(self) -> str | None: ...
    @property
    def last_updated(self) -> str | None: ...
    @property
    def last_sold(self) -> str | None: ...


PartValues = tuple[Any, ...]
"""What is stored of a part as reported: by position as in webapp/pulls/entries.py."""

_STORED_FIELDS: Final = (
    "part_number",
    "supplier_code",
    "description",
    "on_hand",
    "avail",
    "retail",
    "current_active_price",
    "upc",
    "superseded_to",
    "last_updated",
    "cost",
)
STORED_VALUES: Final = len(_STORED_FIELDS)

values_of: Final = attrgetter(*_STORED_FIELDS)
"""Return the `PartValues` of a part."""


@dataclass(frozen=True)
class Unreadable:
    """A record that is not a part: its position on the page (from 0), the reason, and any part number.

    `cmf` is the dealership that it names, as every record of a page must be the dealer's own (R9).
    """

    position: int
    reason: str
    part_number: str | None = None
    cmf: str | None = None


@dataclass(frozen=True)
class Page:
    """One page as received.

    `number` counts from 1; `received` counts parts and unreadable records; `requests` is how many it took;
    `seconds` is the time that the service took over them, `rate_waited` the seconds that they waited for room
    in the rate limit. `is_short`: fewer rows than requested, so it is probably the last with rows. The last
    page holds nothing: its requests proved the end. `bookmark` continues the same list after this page; None
    if it cannot be continued from here. `values` are those of its parts, if the source has read them already.

    A page that `is_known` equals that of the trace, and comes without its parts. Should a later one not be
    known, those before come again, with their parts; they are `is_counted`, as they count only once.
    """

    number: int
    parts: Sequence[Part]
    unreadable: Sequence[Unreadable]
    received: int
    requests: int
    seconds: float
    rate_waited: float = 0.0
    is_short: bool = False
    bookmark: str | None = None
    values: Sequence[PartValues] = ()
    is_known: bool = False
    is_counted: bool = False


class PartPages(Protocol):
    """The pages of one query, fetched in the background."""

    def begin(self) -> None:
        """Start to fetch, before `pages` is called."""
        ...

    def abandon(self) -> None:
        """Stop fetching; harmless if it has not begun, or has ended."""
        ...

    def pages(self) -> Iterator[list[Page]]:
        """Yield the pages that have arrived; ends only when the end is proven, else raises `SourceError`."""
        ...

    @property
    def are_known(self) -> bool:
        """Whether the list has ended, and is that of the trace: every page was known."""
        ...

    @property
    def trace(self) -> bytes | None:
        """What the source needs to know the same list again; None before its end, and for a known list."""
        ...

    def read_again(self) -> Iterator[Page]:
        """Yield the pages of a known list with their parts, without a request."""
        ...

    def close(self) -> None:
        """Forget what `read_again` needs."""
        ...


class Source(Protocol):
    """A service under one login. `account` is the dealer's id there (3PA Dealer ID)."""

    def check(self, account: str, waiting: Waiting) -> None:
        """Check login and account within two minutes (R3); raises `SourceError`."""
        ...

    def parts(self, account: str, query: PartsQuery, waiting: Waiting) -> PartPages:
        """Prepare a pull of the parts that a query selects."""
        ...

    def stock(self, account: str, query: StockQuery, waiting: Waiting) -> PartPages:
        """Prepare a list of parts by code and part number, at the lowest priority within the rate limit."""
        ...

    def unchanged(self, account: str, query: PartsQuery, waiting: Waiting) -> PartPages:
        """Prepare a list of the parts that last changed before `since`, at the lowest priority (R30)."""
        ...

    def find(self, account: str, spellings: Sequence[str], waiting: Waiting) -> Sequence[Part]:
        """Return the parts with a number now, by one request, within two minutes (R23)."""
        ...

    def is_crowded(self, seconds: float) -> bool:
        """Whether other requests wait for the login's rate limit, or will have to for so many seconds."""
        ...
