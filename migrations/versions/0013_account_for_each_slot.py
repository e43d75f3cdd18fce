"""Account for each slot of each scheduled dealer

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The first tick adds the rows, each at the latest slot that is over.
    op.create_table(
        'slot_accounts',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('timezone', sa.Text(), nullable=False),
        sa.Column('slot_date', sa.Date(), nullable=False),
        sa.Column('slot_hour', sa.Integer(), nullable=False),
        sa.CheckConstraint('slot_hour BETWEEN 0 AND 23', name=op.f('ck_slot_accounts_slot_hour_range')),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_slot_accounts_dealer_id')),
        sa.PrimaryKeyConstraint('dealer_id', name=op.f('pk_slot_accounts')),
    )


def downgrade() -> None:
    op.drop_table('slot_accounts')
