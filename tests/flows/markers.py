"""Planted secrets, and every encoding in which one could appear in an output."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


def forms_of(secret: str) -> set[bytes]:
    """The secret as it is, and as addresses, JSON, HTML, Python, hexadecimal and Base64 write it."""
    plain = secret.encode()
    texts = {
        secret,
        *(urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret), urllib.parse.quote_plus(secret)),
        *(json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)),
        *(
            repr(secret)[1:-1],
            ascii(secret)[1:-1],
            repr(plain)[2:-1],
            plain.hex(),
            html.escape(repr(secret)[1:-1]),
        ),
    }
    found = {text.encode() for text in texts} | {secret.encode("utf-16-le"), secret.encode("utf-16-be")}
    return {*found, *_base64(plain)}


def _base64(plain: bytes) -> Iterator[bytes]:
    """In Base64 a text looks different at each of three places; the letters at its ends depend on others."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        whole = encoded[4 if before else 0 : -4]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


@dataclass
class Marks:
    """What must not come out, by what it is."""

    secrets: dict[str, str] = field(default_factory=dict)

    def plant(self, what: str, secret: str) -> str:
        """Note a secret, and give it back to be used."""
        self.secrets[what] = secret
        return secret

    def found_in(self, outputs: Mapping[str, bytes]) -> list[str]:
        """Where which secret came out, packed outputs unpacked."""
        forms = {what: forms_of(secret) for what, secret in self.secrets.items()}
        return [
            f"{what} in {place}: …{_around(content, form)}…"
            for place, given in outputs.items()
            for content in _unpacked(given)
            for what, of_secret in forms.items()
            for form in of_secret
            if form in content
        ]


def _unpacked(content: bytes) -> Iterator[bytes]:
    """As it is, and what zlib or gzip makes of it, as RQ packs its jobs."""
    yield content
    for wbits in (zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        try:
            yield zlib.decompressobj(wbits).decompress(content)
        except zlib.error:
            continue


def _around(content: bytes, form: bytes) -> str:
    at = content.index(form)
    return content[max(0, at - 60) : at + len(form) + 20].decode("utf-8", "replace")
