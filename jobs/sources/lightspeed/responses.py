"""Decoding and validation of responses with status 200."""

from jobs.sources.lightspeed.compression import inflated
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
    """Decode a page of one dealer's parts, compressed or not.

    Raises `LightspeedError` unless it is an array of parts or empty.

    An array without any parts is an error of the service, and must not count as an empty list;
    `may_lack_parts` allows a single row that is not a part. A row of another dealership, even one that cannot
    be decoded, raises the error `foreign` (R9).
    """
    try:
        page = decode_page(inflated(body))
    except PageFault as fault:
        raise error_for_fault(_FAULT_NAMES[type(fault)]) from None
    if page.received and not page.parts and not (may_lack_parts and page.received == 1):
        raise error_for_fault("not_parts")
    cmfs = {row.cmf for row in page.parts} | {row.cmf for row in page.unreadable}
    if not all(is_of(row_cmf, cmf) for row_cmf in cmfs):
        raise error_for_fault(foreign)
    return page


def is_of(row_cmf: str | None, cmf: str) -> bool:
    """Whether a row may belong to a dealer: it has the dealer's CMF, or none (R9)."""
    return row_cmf == cmf or row_cmf is None or not row_cmf.strip() or same_cmf(row_cmf, cmf)


def same_cmf(first: str | int | None, second: str | int | None) -> bool:
    """Compare CMFs in any form: number or text, padded, with or without leading zeros."""
    return str(first).strip().lstrip("0") == str(second).strip().lstrip("0")
