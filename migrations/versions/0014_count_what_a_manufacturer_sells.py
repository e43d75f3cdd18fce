"""Count what a manufacturer sells

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('manufacturers', sa.Column('product_count', sa.Integer(), nullable=True))
    op.add_column('manufacturers', sa.Column('part_number_count', sa.Integer(), nullable=True))
    op.execute(
        'UPDATE manufacturers SET'
        ' part_number_count ='
        ' (SELECT count(*) FROM part_numbers n WHERE n.manufacturer_id = manufacturers.id),'
        ' product_count ='
        ' (SELECT count(DISTINCT n.product_id) FROM part_numbers n'
        ' WHERE n.manufacturer_id = manufacturers.id)'
    )


def downgrade() -> None:
    op.drop_column('manufacturers', 'part_number_count')
    op.drop_column('manufacturers', 'product_count')
