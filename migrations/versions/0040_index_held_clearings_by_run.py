"""Index held clearings by run: the page of a run and each dealer's home look them up

Revision: 0040
Follows: 0039
"""

from __future__ import annotations

from migrations.operations import create_index, drop_index

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

NAME, TABLE = 'ix_held_clearings_run_id', 'held_clearings'


def upgrade() -> None:
    create_index(NAME, TABLE, ['run_id'])


def downgrade() -> None:
    drop_index(NAME, TABLE)
