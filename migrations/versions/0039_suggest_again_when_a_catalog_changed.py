"""Keep with which catalogs mappings were suggested, to suggest again when they change

Revision: 0039
Follows: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('code_scans', sa.Column('catalog_version', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('code_scans', 'catalog_version')
