"""Form of a lock."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from wtforms import BooleanField, HiddenField, StringField

from webapp.core.money import decimal_text
from webapp.locks.lock_fields import MAX_REASON_LENGTH, check
from webapp.locks.locking import LockValues
from webapp.models import ProductLock
from webapp.web.form_fields import AtMost, Form
from webapp.web.lock_texts import last_day


class LockForm(Form):
    """What is locked; an empty field is not. `was` is the lock that the form was filled from."""

    was = HiddenField()
    quantity = StringField("Quantity")
    sale_price = StringField("Sale price")
    lead_time_days = StringField("Lead time")
    hidden = BooleanField("Hide the product from the webstore")
    until = StringField("Last day")
    reason = StringField("Reason", [AtMost(MAX_REASON_LENGTH)])

    @classmethod
    def of(cls, lock: ProductLock | None, zone: ZoneInfo) -> LockForm:
        """Return the form of a lock, or of a new one."""
        if lock is None:
            return cls(formdata=None)
        price = lock.sale_price_cents
        data = {
            "was": lock.id,
            "quantity": _text(lock.quantity),
            "sale_price": "" if price is None else decimal_text(price),
            "lead_time_days": _text(lock.lead_time_days),
            "hidden": lock.is_hidden,
            "until": last_day(lock.until, zone).isoformat() if lock.until else "",
            "reason": lock.reason,
        }
        return cls(formdata=None, data=data)

    def locked(self, zone: ZoneInfo) -> LockValues | None:
        """Return the values; None if some are wrong, which the fields then say."""
        if not self.validate():
            return None
        given = {field.name: field.data or "" for field in self if isinstance(field.data, str)}
        values, errors = check(zone, given | {"hidden": "yes" if self.hidden.data else ""})
        for error in errors:
            self.blame(error.field, str(error))
        return values

    @property
    def expected(self) -> int | None:
        """Return the id of the lock that the form was filled from; None without one."""
        given = self.was.data or ""
        return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _text(value: int | None) -> str:
    return "" if value is None else str(value)
