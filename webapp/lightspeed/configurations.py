"""Saves a dealer's LightSpeed configuration, and starts the validation of its credentials (R2, R3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from sqlalchemy import and_, case, func, literal, or_, select, update

from webapp import audit
from webapp.core import clock, queues, vault
from webapp.core.errors import FieldRefused
from webapp.core.limits import MAX_CMF_LENGTH
from webapp.core.task_names import Task
from webapp.core.text_checks import check_login, check_text
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Organization
from webapp.models.upserts import insert_new
from webapp.runs import readiness

CHECK_TASK = Task.CHECK_CREDENTIALS


@dataclass(frozen=True)
class Login:
    """Credentials of a dealer's requests."""

    username: str
    password: str

    def __repr__(self) -> str:
        return "Login(…)"


def of(dealer: Dealer) -> Configuration:
    """Return the dealer's configuration; a missing one is inserted with defaults, but not committed."""
    configuration = db.session.get(Configuration, dealer.id)
    if configuration is None:
        # If two requests save first at once, the second one finds the row of the first.
        db.session.execute(insert_new(Configuration).values(dealer_id=dealer.id))
        configuration = db.session.get_one(Configuration, dealer.id)
    return configuration


def locked(dealer: Dealer) -> Configuration:
    """Return the dealer's current configuration, locked until the transaction ends."""
    row = select(Configuration).where(Configuration.dealer_id == dealer.id).with_for_update()
    return db.session.scalar(row) or of(dealer)


def login_of(configuration: Configuration) -> Login | None:
    """Return the organization's credentials if it holds them, otherwise the dealer's; None if incomplete."""
    holder = configuration.credentials_holder
    if not holder.username or not holder.sealed_password:
        return None
    return Login(holder.username, vault.unseal(holder.sealed_password))


def save_credentials(
    configuration: Configuration,
    *,
    enabled: bool | None = None,
    cmf: str | None = None,
    username: str | None = None,
    password: str | None = None,
) -> None:
    """Save the given values (None: unchanged), commit, and start a validation if possible.

    Raises FieldRefused for a username or password if the organization holds them, for a 3PA Dealer ID that
    isn't a string of digits, and for enabling a closed dealer.
    """
    if enabled and configuration.dealer.closed_at is not None:
        raise FieldRefused("enabled", f"not accepted: {configuration.dealer.name} is closed")
    organization = configuration.dealer.credentials_organization
    if organization and (username or password):
        field = "username" if username else "password"
        raise FieldRefused(
            field, f"not accepted: {organization.name} manages the 3PA credentials of its dealers"
        )
    # Validated before any change, so that nothing is saved partially.
    check_login(username, password)
    checked_cmf = configuration.cmf if cmf is None else _cmf(cmf)
    before = _credentials(configuration)
    if enabled is not None:
        configuration.enabled = enabled
    configuration.cmf = checked_cmf
    if username is not None:
        configuration.username = username.strip() or None
    if password:
        configuration.sealed_password = vault.seal(password)
        configuration.password_set_at = clock.now()
    configuration.version += 1
    _note("credentials.changed", configuration, before, _credentials(configuration))
    start_check(configuration)


def _credentials(configuration: Configuration) -> dict[str, Any]:
    return {
        "enabled": configuration.enabled,
        "3PA Dealer ID": configuration.cmf,
        "username": configuration.username,
        "password": configuration.sealed_password,
    }


def _note(action: str, configuration: Configuration, before: audit.Fields, after: audit.Fields) -> None:
    dealer_id = configuration.dealer_id
    audit.note(action, "LightSpeed Configuration", dealer_id=dealer_id, before=before, after=after)


def _cmf(given: str) -> str | None:
    cmf = given.strip()
    check_text("cmf", "3PA Dealer ID", cmf, MAX_CMF_LENGTH)
    if cmf and not (cmf.isascii() and cmf.isdigit()):
        raise FieldRefused("cmf", "3PA Dealer ID must be digits only")
    return cmf or None


def start_check(configuration: Configuration) -> None:
    """Commit, and queue a validation of the credentials if they are enabled and complete (R3)."""
    configuration.check_number += 1
    configuration.check_reason = None
    checkable = bool(configuration.enabled and configuration.cmf and configuration.has_credentials)
    configuration.check_state = "checking" if checkable else "unchecked"
    configuration.checked_at = clock.now()
    readiness.refresh(configuration.dealer_id)
    db.session.commit()
    if checkable:
        enqueue_check(configuration.dealer_id, configuration.check_number)


def enqueue_check(dealer_id: int, number: int) -> None:
    """Queue the validation `number` of a dealer's credentials."""
    queues.enqueue(queues.CONTROL, CHECK_TASK, dealer_id, number)


def start_checks(organization: Organization) -> None:
    """Commit, and queue a validation for all dealers of an organization whose login changed (R3)."""
    own = Configuration.username.is_not(None) & Configuration.sealed_password.is_not(None)
    has_login = literal(True) if organization.holds_credentials else own
    checkable = and_(Configuration.enabled, Configuration.cmf.is_not(None), has_login)
    members = select(Dealer.id).where(Dealer.organization_id == organization.id)
    started = db.session.execute(
        update(Configuration)
        .where(Configuration.dealer_id.in_(members))
        .values(
            check_number=Configuration.check_number + 1,
            check_reason=None,
            check_state=case((checkable, "checking"), else_="unchecked"),
            checked_at=clock.now(),
        )
        .returning(Configuration.dealer_id, Configuration.check_number, Configuration.check_state)
    ).all()
    readiness.refresh(*(row.dealer_id for row in started))
    db.session.commit()
    jobs = {
        f"check-{row.dealer_id}-{row.check_number}": (row.dealer_id, row.check_number)
        for row in started
        if row.check_state == "checking"
    }
    queues.enqueue_all(queues.CONTROL, CHECK_TASK, jobs)


def record_finding(dealer_id: int, refusal: str | None) -> None:
    """Record a run's finding about the credentials, as a validation would; the caller commits.

    During a validation nothing is recorded: the credentials may have changed since (R3).
    """
    state = "connected" if refusal is None else "refused"
    is_other_reason = func.coalesce(Configuration.check_reason, "") != (refusal or "")
    is_news = or_(Configuration.check_state != state, is_other_reason)
    db.session.execute(
        update(Configuration)
        .where(Configuration.dealer_id == dealer_id, Configuration.check_state != "checking", is_news)
        .values(check_state=state, check_reason=refusal, checked_at=clock.now())
    )
    readiness.refresh(dealer_id)


class SettingsChange(TypedDict, total=False):
    """Inventory settings by name; one that is absent or None stays as it is."""

    quantity_column: str | None
    clear_previous: bool | None
    hold_old_data: bool | None
    disabled_on: list[str] | None


def save_settings(configuration: Configuration, **change: Unpack[SettingsChange]) -> None:
    """Save the given inventory settings and commit."""
    change_settings(configuration, **change)
    db.session.commit()


def change_settings(configuration: Configuration, **change: Unpack[SettingsChange]) -> None:
    """Change the given inventory settings in the caller's transaction."""
    before = _settings(configuration)
    for name, value in change.items():
        if value is not None:
            setattr(configuration, name, value)
    configuration.version += 1
    _note("settings.changed", configuration, before, _settings(configuration))


def _settings(configuration: Configuration) -> dict[str, Any]:
    return {
        "quantity_column": configuration.quantity_column,
        "clear_previous": configuration.clear_previous,
        "hold_old_data": configuration.hold_old_data,
        "disabled_on": configuration.disabled_on,
    }
