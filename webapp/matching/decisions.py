"""What users decide about skipped parts: accept or reject a candidate (R22)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from sqlalchemy import delete, select

from webapp import audit
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.matching import aliases
from webapp.matching.aliases import MOST_NAMED, Outcome
from webapp.matching.candidates import Target, Targets, aliases_for
from webapp.matching.decided_rows import decided_rows
from webapp.matching.skipped_rows import UNMATCHED, PartReference, SkippedRow
from webapp.models import Dealer, RejectedCandidate, User
from webapp.models.upserts import insert_new

NOTHING: Final = "Select at least one part."
CHANGED: Final = "The list has changed. Check it and try again."


class Acceptable(NamedTuple):
    """A skipped part with the products that its candidate stands for, one of each manufacturer."""

    row: SkippedRow
    targets: list[Target]


def acceptable(dealer: Dealer, rows: Iterable[SkippedRow]) -> list[Acceptable]:
    """Return the parts whose candidates can be accepted."""
    candidates = [row for row in rows if row.candidate and row.reason == UNMATCHED]
    targets = Targets(dealer.id, [row.candidate or "" for row in candidates])
    found = [Acceptable(row, targets.of(row.code_key, row.candidate or "")) for row in candidates]
    return [each for each in found if each.targets]


def accept(dealer: Dealer, parts: Sequence[Acceptable], by: User | None) -> Outcome:
    """Make an alias of each part for its candidate's products. Raises Refused if there is none."""
    if not parts:
        raise Refused(CHANGED)
    new = [
        alias
        for row, targets in parts
        for alias in aliases_for(targets, row.part_number, row.candidate_by or "manual")
    ]
    return aliases.add(dealer, new, by)


def digest_of(parts: Sequence[Acceptable]) -> str:
    """Return a digest of what a preview showed."""
    return digest(
        f"{each.row.place}{[(target.manufacturer_id, target.product_id) for target in each.targets]}"
        for each in parts
    )


def digest(texts: Iterable[str]) -> str:
    """Return a digest of texts in any order."""
    shown = "\n".join(sorted(texts))
    return blake2b(shown.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def chosen(dealer: Dealer, places: Sequence[PartReference]) -> list[SkippedRow]:
    """Return the parts at these places with these candidates. Raises Refused if there is none."""
    if not places:
        raise Refused(NOTHING)
    wanted = set(places)
    rows = decided_rows(dealer.id, {place.code_key for place in places})
    found = [row for row in rows if row.place in wanted]
    if not found:
        raise Refused(CHANGED)
    return found


def reject(dealer: Dealer, places: Sequence[PartReference], by: User) -> int:
    """Keep that these candidates are wrong, and commit; return their number. Raises Refused."""
    rows = [row for row in chosen(dealer, places) if row.candidate]
    if not rows:
        raise Refused(CHANGED)
    values = [
        {
            "dealer_id": dealer.id,
            "key": row.key,
            "candidate_key": key_of(row.candidate),
            "part_number": row.part_number,
            "candidate": row.candidate,
            "created_at": clock.now(),
            "created_by_id": by.id,
        }
        for row in rows
    ]
    db.session.execute(insert_new(RejectedCandidate).values(values))
    named = {row.part_number: row.candidate or "" for row in rows[:MOST_NAMED]}
    note("candidates.rejected", dealer, len(rows), after=named)
    return len(rows)


def offer_again(dealer: Dealer, place: PartReference) -> None:
    """Undo `reject`, and commit. Raises Refused if it is undone already."""
    of_part = (
        RejectedCandidate.dealer_id == dealer.id,
        RejectedCandidate.key == place.key,
        RejectedCandidate.candidate_key == key_of(place.candidate),
    )
    row = db.session.scalar(select(RejectedCandidate).where(*of_part))
    if row is None:
        raise Refused(CHANGED)
    named = {row.part_number: row.candidate}
    db.session.execute(delete(RejectedCandidate).where(*of_part))
    note("candidates.offered", dealer, 1, before=named)


def rejected_candidates(dealer_id: int, limit: int) -> list[RejectedCandidate]:
    """Return the candidates that are not offered again, the last decided first."""
    query = select(RejectedCandidate).where(RejectedCandidate.dealer_id == dealer_id)
    last = query.order_by(RejectedCandidate.created_at.desc(), RejectedCandidate.key)
    return list(db.session.scalars(last.limit(limit)))


def note(
    action: str,
    dealer: Dealer,
    number: int,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    """Write an entry of the audit log about a number of parts, and commit."""
    subject = aliases.subject_of(number)
    audit.note(action, subject, dealer_id=dealer.id, before=before, after=after)
    db.session.commit()
