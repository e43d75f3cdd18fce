"""Close dealers, and store when an organization's login was set

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('dealers', sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('dealers', sa.Column('enabled_when_closed', sa.Boolean(), nullable=True))
    op.add_column('organizations', sa.Column('password_set_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('organizations', 'password_set_at')
    op.drop_column('dealers', 'enabled_when_closed')
    op.drop_column('dealers', 'closed_at')
