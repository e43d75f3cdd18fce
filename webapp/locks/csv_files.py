"""CSV export and import of a dealer's locks: planned first and then set, all or nothing (R28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import IO, BinaryIO, Final, NamedTuple

from sqlalchemy import select

from webapp.core.enums import CATALOGS
from webapp.core.money import decimal_text
from webapp.core.spreadsheet import (
    FileLimits,
    FileRefused,
    Row,
    damage_reason,
    defuse,
    read_whole,
    write_header,
)
from webapp.core.text_keys import cleaned, key_of
from webapp.extensions import db
from webapp.locks import locking
from webapp.locks.lock_fields import FIELDS, check
from webapp.locks.locking import LockValues
from webapp.models import Dealer, Product, ProductLock, User
from webapp.web.lock_texts import last_day

COLUMNS: Final = ("catalog", "brand", "mpn", *FIELDS)
_REQUIRED: Final = ("catalog", "brand", "mpn", "reason")
_OPTIONAL: Final = tuple(name for name in COLUMNS if name not in _REQUIRED)
LIMITS: Final = FileLimits(megabytes=2, rows=10_000, items="locks")
# Keys of one query.
_BATCH: Final = 500

# Catalog, and the keys of brand and MPN.
_ProductKey = tuple[str, str, str]


class PlannedLock(NamedTuple):
    """A lock that a file sets, with the one that it replaces, if there is one."""

    product: Product
    before: ProductLock | None
    values: LockValues


@dataclass(frozen=True)
class Plan:
    """What an import changes; `unchanged` counts locks that are as the file says."""

    planned: Sequence[PlannedLock]
    unchanged: int
    # A file with invalid lines has no plan.
    problems: list[tuple[int, str]] = field(default_factory=list, init=False)

    @property
    def digest(self) -> str:
        """Return a digest of what a preview showed."""
        shown = [
            (each.product.id, each.before.id if each.before else 0, *map(str, each.values))
            for each in self.planned
        ]
        return blake2b(repr(shown).encode(errors="surrogatepass"), digest_size=16).hexdigest()


def export_csv(dealer: Dealer, locks: Iterable[ProductLock], file: IO[str], *, marked: bool = True) -> None:
    """Write locks of the dealer in the format that an import reads."""
    sheet = write_header(file, COLUMNS, marked=marked)
    for lock in locks:
        price, until = lock.sale_price_cents, lock.until
        sheet.writerow(
            (
                lock.product.catalog,
                defuse(lock.product.brand),
                defuse(lock.product.mpn),
                lock.quantity,
                "" if price is None else decimal_text(price),
                lock.lead_time_days,
                "yes" if lock.is_hidden else "",
                last_day(until, dealer.zone).isoformat() if until else "",
                defuse(lock.reason),
            )
        )


def plan_csv(dealer: Dealer, file: BinaryIO) -> Plan:
    """Return what an import of the file changes. Raises FileRefused with every invalid line."""
    problems: list[tuple[int, str]] = []
    lines = _lines(dealer, file, problems)
    found = _products(dealer, {key for _, key, _ in lines})
    wanted: dict[int, tuple[Product, LockValues]] = {}
    first_lines: dict[_ProductKey, int] = {}
    for line, key, values in lines:
        first = first_lines.setdefault(key, line)
        if first != line:
            problems.append((line, f"mpn: this product is already on line {first}"))
        elif key not in found:
            problems.append((line, "mpn: no such product of this brand in this catalog"))
        else:
            wanted[found[key].id] = found[key], values
    if problems:
        raise FileRefused(sorted(problems))
    present = locking.open_locks(dealer.id, wanted)
    planned = [
        PlannedLock(product, present.get(product.id), values)
        for product, values in wanted.values()
        if product.id not in present or locking.values_of(present[product.id]) != values
    ]
    return Plan(planned, len(wanted) - len(planned))


def import_plan(dealer: Dealer, plan: Plan, by: User | None = None) -> int:
    """Set the locks of a plan, and commit; return how many changed. Raises Refused if they are too many."""
    wanted = {each.product.id: each.values for each in plan.planned}
    return locking.set_locks(dealer, wanted, by, action="locks.imported") if wanted else 0


def _lines(
    dealer: Dealer, file: BinaryIO, problems: list[tuple[int, str]]
) -> list[tuple[int, _ProductKey, LockValues]]:
    columns, rows = read_whole(file, LIMITS, _REQUIRED, _OPTIONAL)
    lines = []
    for row in rows:
        cells = dict(zip(columns, map(cleaned, row.cells), strict=False))
        faults = [row.reason] if row.reason else _faults(row, cells)
        values, errors = check(dealer.zone, cells) if not faults else (None, [])
        faults += [f"{error.field}: {error}" for error in errors]
        problems += [(row.line, fault) for fault in faults]
        if values is not None:
            key = (_catalog(cells), key_of(cells["brand"]), key_of(cells["mpn"]))
            lines.append((row.line, key, values))
    return lines


def _catalog(cells: dict[str, str]) -> str:
    return cells["catalog"].casefold().replace(" ", "_")


def _faults(row: Row, cells: dict[str, str]) -> list[str]:
    """Return what is wrong with the product of a row by itself."""
    if _catalog(cells) not in CATALOGS:
        return [f"catalog: must be one of {', '.join(CATALOGS)}"]
    if not cells["mpn"]:
        return ["mpn: is missing"]
    return [
        f"{name}: {reason}"
        for name, text in cells.items()
        if name not in ("sale_price", "reason") and (reason := damage_reason(text))
    ]


def _products(dealer: Dealer, keys: set[_ProductKey]) -> dict[_ProductKey, Product]:
    """Return the products that the dealer can sell, by a query for each brand."""
    brands: dict[tuple[str, str], list[str]] = {}
    for catalog, brand_key, mpn_key in sorted(keys):
        brands.setdefault((catalog, brand_key), []).append(mpn_key)
    found: dict[_ProductKey, Product] = {}
    for (catalog, brand_key), mpn_keys in brands.items():
        of_brand = select(Product).where(
            Product.catalog == catalog,
            Product.owner_key == (dealer.id if catalog == "private_label" else 0),
            Product.brand_key == brand_key,
        )
        for first in range(0, len(mpn_keys), _BATCH):
            some = of_brand.where(Product.mpn_key.in_(mpn_keys[first : first + _BATCH]))
            found |= {(catalog, brand_key, each.mpn_key): each for each in db.session.scalars(some)}
    return found
