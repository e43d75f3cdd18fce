"""Records of sample parts: stock, dates, prices, and data defects in some of them."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from sandbox.simulator.parts import Part, part

_STALE, _UNDATED = 0.06, 0.01
_FRESHEST, _OLDEST_FRESH, _OLDEST = 1, 300, 1500  # Days; the gap to 365 keeps a sample valid for weeks.
_STALEST_FROM = 400


class Draft(NamedTuple):
    """A part before its stock is drawn; `quantity` None: drawn at random."""

    code: str
    part_number: str
    name: str
    price: float
    superseded_to: str | None = None
    quantity: int | None = None


class Shelf:
    """Completes records from one random stream, with dates counted back from `today`."""

    def __init__(self, today: date, chance: Random) -> None:
        self._today, self._chance = today, chance
        self._gathered = self._written(datetime.combine(today, time(0, 42, 7)), fraction=False)

    def record(self, draft: Draft) -> Part:
        """Return the draft as Lightspeed would report it. One with a given quantity has no other defect."""
        plain = draft.quantity is not None
        quantity = draft.quantity if plain else self._quantity()
        fields = {
            "Description": draft.name[:60].upper(),
            "OnHand": quantity,
            "Avail": quantity if plain else self._available(quantity),
            "SupersededTo": draft.superseded_to,
            "UPC": self._upc(),
            "Bin1": f"{self._chance.choice('ABCDEFGH')}{self._chance.randrange(1, 40):02d}",
            **self._prices(draft.price, plain),
            **self._dates(plain),
        }
        number = draft.part_number if plain else self._padded(draft.part_number)
        return part(draft.code, number, **fields)

    def recased(self, record: Part) -> Part:
        """Return a second record of the part, with its number in lower case and a new stock count."""
        number = str(record["PartNumber"]).lower()
        quantity = self._chance.randrange(1, 6)
        return {**record, "PartNumber": number, "OnHand": quantity, "Avail": quantity}

    def _quantity(self) -> int | float:
        drawn = self._chance.random()
        if drawn < 0.22:
            return 0
        if drawn < 0.235:
            return -self._chance.randrange(1, 4)
        if drawn < 0.245:
            return self._chance.randrange(1, 12) + 0.5  # Oil by the quart, hose by the foot.
        return self._chance.choice((1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 24, 40))

    def _available(self, on_hand: int | float | None) -> int | float | None:
        """Return on hand less what is committed to work orders; sometimes more is committed than in stock."""
        committed = self._chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2))
        return on_hand if on_hand is None or on_hand <= 0 else on_hand - committed

    def _prices(self, price: float, plain: bool) -> dict[str, Any]:
        retail: float | None = round(price * self._chance.choice((1.0, 1.0, 1.0, 1.05, 0.97)), 2)
        drawn = 1.0 if plain else self._chance.random()
        if drawn < 0.03:
            retail = None
        elif drawn < 0.05:
            retail = 0
        on_sale = drawn > 0.9 and not plain and retail is not None
        current = round(price * 0.85, 2) if on_sale else retail
        return {
            "Retail": retail,
            "CurrentActivePrice": current,
            "Cost": round(price * 0.62, 4),
            "saleprice": current if on_sale else None,
            "activepricetype": "Sale" if on_sale else "Retail",
        }

    def _dates(self, plain: bool) -> dict[str, str | None]:
        drawn = 1.0 if plain else self._chance.random()
        if drawn < _STALE:
            days = self._chance.randrange(_STALEST_FROM, _OLDEST)
        else:
            days = self._chance.randrange(_FRESHEST, _OLDEST_FRESH)
        updated = self._written(self._moment(days), fraction=self._chance.random() < 0.2)
        sold = self._moment(days + self._chance.randrange(40)).isoformat()
        return {
            "lastupdatedate": None if _STALE <= drawn < _STALE + _UNDATED else updated,
            "DateGathered": self._gathered,
            "LastSoldDate": self._chance.choice((sold, None, "1900-01-01T00:00:00", "0001-01-01T00:00:00")),
            "LastReceivedDate": self._moment(days + 60).isoformat(),
        }

    def _moment(self, days: int) -> datetime:
        opened = timedelta(hours=8, seconds=self._chance.randrange(10 * 3600))
        return datetime.combine(self._today, time()) - timedelta(days=days) + opened

    def _written(self, moment: datetime, *, fraction: bool) -> str:
        return moment.isoformat() + (self._chance.choice((".5", ".37", ".1234567")) if fraction else "")

    def _padded(self, number: str) -> str:
        drawn = self._chance.random()
        return f"{number}   " if drawn < 0.03 else f" {number} " if drawn < 0.04 else number

    def _upc(self) -> str | None:
        """Return a valid UPC-A, for two parts in three."""
        if self._chance.random() < 0.35:
            return None
        digits = [self._chance.randrange(10) for _ in range(11)]
        check = -(3 * sum(digits[::2]) + sum(digits[1::2])) % 10
        return "".join(map(str, [*digits, check]))
