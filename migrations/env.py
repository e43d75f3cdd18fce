"""Alembic environment: the app's own database and models, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from migrations import guards
from webapp.extensions import direct_engine
from webapp.models.types import UtcDateTime

# The search index has a different schema on each database and no model (webapp/search).
UNMODELLED = ("webstore_documents",)


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Exclude tables without a model from comparisons."""
    return kind != "table" or not (name or "").startswith(UNMODELLED)


def render_item(kind: str, item: Any, _autogenerate_context: Any) -> str | bool:
    """Render a timestamp as its plain column type: migrations do not depend on our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the requested migrations, each in a transaction of its own."""
    migrate = current_app.extensions["migrate"]
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        include_name=include_name,
        render_item=render_item,
        # SQLite's connections begin transactions properly (webapp/extensions.py), so DDL is rolled back.
        transactional_ddl=True,
        transaction_per_migration=True,
        **migrate.configure_args,
    )
    guards.refuse_unknown_revisions(connection, context.script)
    with context.begin_transaction():
        context.run_migrations()


engine = direct_engine()
with guards.one_upgrade_at_a_time(engine), guards.migrating(engine) as connection:
    guards.retry_lock_timeouts(connection, run)
    connection.commit()
