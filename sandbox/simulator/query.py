"""Query options of one request, parsed as the service does (docs/lightspeed-3pa.md, "Query options")."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from sandbox.simulator.behavior import Behavior
from sandbox.simulator.expressions import Expression
from sandbox.simulator.filters import FilterError, parse
from sandbox.simulator.parts import Kind

LARGEST_TOP = 500
_SUPPORTED = ("$filter", "$orderby", "$skip", "$top")


class QueryError(ValueError):
    """Options for which the service returns 500 with this text."""


@dataclass(frozen=True)
class Query:
    """Query: which records, in which order, and which slice of them (`top` None: all)."""

    filter_text: str
    expression: Expression | None
    order: tuple[tuple[str, bool], ...]  # Field, descending.
    skip: int
    top: int | None

    @property
    def page(self) -> int:
        """Return the requested page's number, from 1, in pages of `top`."""
        return self.skip // (self.top or LARGEST_TOP) + 1


def options_of(query_string: str) -> list[tuple[str, str]]:
    """Return the decoded options in the order of the URL."""
    return parse_qsl(query_string, keep_blank_values=True)


def read(pairs: list[tuple[str, str]], kinds: dict[str, Kind], switches: Behavior) -> Query:
    """Parse the options; QueryError if the service would return 500."""
    options = dict(pairs)
    if len(options) != len(pairs):
        raise QueryError("A query option was specified more than once.")
    unsupported = [name for name in options if name.startswith("$") and name not in _SUPPORTED]
    if unsupported and switches.unsupported_option == "error_500":
        raise QueryError(f"Query option '{unsupported[0]}' is not supported.")
    any_case, text = switches.field_names == "insensitive", options.get("$filter", "")
    try:
        expression = parse(text, kinds, any_case=any_case) if "$filter" in options else None
    except FilterError as error:
        raise QueryError(str(error)) from error
    order = _order(options["$orderby"], kinds, any_case) if "$orderby" in options else ()
    top = _count(options, "$top")
    if switches.top_limit == "clamp":
        top = LARGEST_TOP if top is None else min(top, LARGEST_TOP)
    return Query(text, expression, order, _count(options, "$skip") or 0, top)


def _count(options: dict[str, str], name: str) -> int | None:
    if name not in options:
        return None
    text = options[name].strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise QueryError(f"Incorrect format for {name} argument '{options[name]}'.")
    return int(text)


def _order(text: str, kinds: dict[str, Kind], any_case: bool) -> tuple[tuple[str, bool], ...]:
    names = {name.lower() if any_case else name: name for name in kinds}
    return tuple(_order_term(term.split(), names, any_case) for term in text.split(","))


def _order_term(words: list[str], names: dict[str, str], any_case: bool) -> tuple[str, bool]:
    if not 1 <= len(words) <= 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
        raise QueryError(f"Syntax error in $orderby at '{' '.join(words)}'.")
    name = names.get(words[0].lower() if any_case else words[0])
    if name is None:
        raise QueryError(f"No property '{words[0]}' exists in type 'Part'.")
    return name, words[-1] == "desc"
