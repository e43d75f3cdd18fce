"""Texts and files to send: hostile ones, usual ones, and those that hypothesis generates."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

# Seeds: texts that broke something somewhere, by what they are meant for.
HOSTILE: Final[dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("corpus").joinpath("texts.json").read_text()
)
# What forms and addresses of this program take, so that more than the first check is reached.
USUAL: Final = (
    *("aftermarket", "oem", "private_label", "retail", "disabled", "current_active", "on_hand", "available"),
    *(
        "on",
        "1",
        "0",
        "2",
        "7",
        "365",
        "y",
        "up",
        "down",
        "applied",
        "kept",
        "dealer",
        "staff",
        "Sunday",
        "Monday",
    ),
    *(
        "TR",
        "TUC",
        "Maker 1",
        "Maker 3",
        "MPN-3",
        "76014846",
        "name",
        "stale",
        "succeeded",
        "unmatched",
        "in_stock",
    ),
    *(
        "parts@own.example",
        "support@example.com",
        "https://hooks.example.com/in",
        "2026-03-01",
        "/dealers",
        "authenticator",
    ),
    *(
        "correct horse battery",
        "catalog,supplier_code,manufacturer,lead_time_days,pricing\nprivate_label,X,Maker 3,1,retail\n",
    ),
)
EXECUTED: Final = ("<svg/onload=alert(1)>", "67092481")
"""What no page may hold: a tag as it was typed, and the product that a template would work out."""

hostile = st.sampled_from([text for texts in HOSTILE.values() for text in texts])
usual = st.sampled_from(USUAL)
long = st.builds(
    lambda text, times: text * times,
    st.sampled_from(["x", "'", "9", "é", "\u202e", " ", "=1,", "[("]),
    st.sampled_from([201, 5_000, 100_000]),
)
texts = st.one_of(usual, hostile, hostile, st.text(max_size=30), st.integers().map(str), long)

_FILES = st.one_of(
    st.binary(max_size=200),
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.lists(texts, min_size=4, max_size=6).map(",".join), max_size=4).map(
        lambda rows: "\n".join(["catalog,supplier_code,manufacturer,lead_time_days,pricing", *rows]).encode(
            "utf-8", "surrogatepass"
        )
    ),
)
files = st.tuples(
    _FILES, st.sampled_from(["a.csv", "A.CSV", "../../a.csv", "a\0.csv", "", "\u202evsc.a", "a.csv;b=c"])
)


def uploaded(file: tuple[bytes, str]) -> tuple[BytesIO, str]:
    """A file as the test client sends it."""
    content, name = file
    return BytesIO(content), name


def sendable(text: str) -> str:
    """Text as a browser can send it: lone surrogates go as the bytes that they would be."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def header(text: str) -> str:
    """Text as an HTTP header can hold it; a server refuses line ends and NUL before the program is asked."""
    return (
        "".join(letter for letter in text if letter not in "\r\n\0")
        .encode("latin-1", "replace")
        .decode("latin-1")
    )


Fields = dict[str, Any]
