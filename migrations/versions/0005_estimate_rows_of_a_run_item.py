"""Have PostgreSQL estimate the rows of a run item, and of a dealer, by a default

Every run item is new to the statistics, and so is a dealer in the first sync. With few of them so far they say
that one they do not list has no rows, and joins are planned for one row where there are ten thousand. Without
statistics of these columns the planner takes each to be a two-hundredth of the table, which is near enough.

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

COLUMNS = (
    ('reported_parts', 'run_item_id'),
    ('part_matches', 'run_item_id'),
    ('shelf_stock', 'changed_item_id'),
    ('shelf_stock', 'dealer_id'),
    ('webstore_figures', 'dealer_id'),
)


def upgrade() -> None:
    _collect('0')


def downgrade() -> None:
    _collect('-1')


def _collect(target: str) -> None:
    if op.get_bind().dialect.name != 'postgresql':
        return
    for table, column in COLUMNS:
        op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}')
