"""Keep the spelling that Lightspeed's own rows use for each supplier code

None until rows of the code have been received.

Revision: 0024
Follows: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('supplier_codes', sa.Column('reported_code', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('supplier_codes', 'reported_code')
