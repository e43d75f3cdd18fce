"""Store whether a run's reports are missing in a column

Until now a run's reports were missing if it had ended, was not skipped, had its settings, and had no row in
`reports`. A sentence at the end of `reason` said so, though not of a run that crashed; it is removed from
there. The new column has a constant default, so the table is not rewritten. Runs are read once, in batches by
id, and only those without reports are written. On PostgreSQL each statement is committed by itself: the lock of the new column is not held while
rows are read, and an upgrade that was interrupted continues where it stopped.

Revision: 0026
Follows: 0025
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from migrations.operations import own_transactions

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

SENTENCE = 'The reports could not be stored.'
BATCH = 20_000

LAST = sa.text('SELECT max(id) FROM runs')
MOVE_TO_COLUMN = sa.text("""
    UPDATE runs
    SET reports_missing = true,
        reason = CASE
            WHEN reason LIKE '%' || :sentence THEN nullif(trim(replace(reason, :sentence, '')), '')
            ELSE reason
        END
    WHERE id > :after AND id <= :until AND (
        reason LIKE '%' || :sentence
        OR status NOT IN ('queued', 'running', 'skipped')
        -- The ORM stores an explicit None as the JSON value null.
        AND settings IS NOT NULL AND CAST(settings AS text) <> 'null'
        AND NOT EXISTS (
            SELECT 1 FROM reports
            WHERE reports.run_id = runs.id AND reports.run_id > :after AND reports.run_id <= :until
        )
    )
""")
MOVE_TO_REASON = sa.text("""
    UPDATE runs
    SET reports_missing = false, reason = trim(coalesce(reason, '') || ' ' || :sentence)
    WHERE id > :after AND id <= :until AND reports_missing
""")


def upgrade() -> None:
    columns = {column['name'] for column in sa.inspect(op.get_bind()).get_columns('runs')}
    if 'reports_missing' not in columns:
        op.add_column(
            'runs', sa.Column('reports_missing', sa.Boolean(), nullable=False, server_default=sa.false())
        )
    _write_all(MOVE_TO_COLUMN)


def downgrade() -> None:
    _write_all(MOVE_TO_REASON)
    op.drop_column('runs', 'reports_missing')


def _write_all(statement: sa.TextClause) -> None:
    with own_transactions():
        connection = op.get_bind()
        for after in _batches(connection.scalar(LAST) or 0):
            connection.execute(
                statement, {'sentence': SENTENCE, 'after': after, 'until': after + BATCH}
            )


def _batches(last: int) -> Iterator[int]:
    """The id before each batch."""
    yield from range(0, last, BATCH)
