"""Reads answers with status 200 and refuses those that cannot be what was asked for."""

from jobs.sources.lightspeed.errors import Fault, error_for_fault
from jobs.sources.lightspeed.parts import (
    DecodedPage,
    EmptyBody,
    NotAnArray,
    NotJson,
    PageFault,
    TooLarge,
    TruncatedBody,
    decode_page,
)

_FAULT_NAMES: dict[type[PageFault], Fault] = {
    EmptyBody: "empty",
    NotJson: "not_json",
    NotAnArray: "not_array",
    TruncatedBody: "truncated",
    TooLarge: "too_large",
}


def parts_in(
    body: bytes, cmf: str, *, may_lack_parts: bool = False, foreign: Fault = "foreign_parts"
) -> DecodedPage:
    """Read a page of one dealer's parts; raises `LightspeedError` unless it is an array and holds parts or
    nothing.

    An array in which nothing is a part is an error in another dress, and must not look like an empty shelf;
    `may_lack_parts` lets a single such row pass, for a caller that knows it. A row of another dealership is
    the error `foreign`, also one that cannot be decoded otherwise (R9).
    """
    try:
        page = decode_page(body)
    except PageFault as fault:
        raise error_for_fault(_FAULT_NAMES[type(fault)]) from None
    if page.received and not page.parts and not (may_lack_parts and page.received == 1):
        raise error_for_fault("not_parts")
    named = {row.cmf for row in page.parts} | {row.cmf for row in page.unreadable}
    if not all(is_of(each, cmf) for each in named):
        raise error_for_fault(foreign)
    return page


def is_of(row_cmf: str | None, cmf: str) -> bool:
    """Whether a row may be one of a dealer: it has the dealer's CMF, or none (R9)."""
    return row_cmf == cmf or row_cmf is None or not row_cmf.strip() or same_cmf(row_cmf, cmf)


def same_cmf(one: str | int | None, other: str | int | None) -> bool:
    """Compare CMFs as the service may send them: as a number, padded, with or without leading zeros."""
    return str(one).strip().lstrip("0") == str(other).strip().lstrip("0")
