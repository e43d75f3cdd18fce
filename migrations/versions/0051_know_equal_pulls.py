"""Know a pull that is the same from its responses

Revision: 0051
Follows: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A column without a default: no row is written.
    op.add_column('stored_pulls', sa.Column('known', sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        # Digests do not compress.
        op.execute('ALTER TABLE stored_pulls ALTER COLUMN known SET STORAGE EXTERNAL')


def downgrade() -> None:
    op.drop_column('stored_pulls', 'known')
