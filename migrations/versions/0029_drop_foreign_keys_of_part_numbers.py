"""Drop the foreign keys of part numbers

Checking them takes a third of the time in which an import writes part numbers. Only the import writes them,
with ids that it has just read, and nothing deletes products or manufacturers.

Revision: 0029
Follows: 0028
"""

from __future__ import annotations

import re

from alembic import op

from migrations.operations import is_postgresql, own_transactions, rebuild_sqlite_table

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

KEYS = {
    'fk_part_numbers_manufacturer_id': ('manufacturer_id', 'manufacturers'),
    'fk_part_numbers_product_id': ('product_id', 'products'),
}
# The last constraint of the table, as SQLite has it.
UNIQUE = 'CONSTRAINT uq_part_numbers_manufacturer_id_key'


def upgrade() -> None:
    if not is_postgresql():
        rebuild_sqlite_table('part_numbers', _without_keys)
        return
    with own_transactions():
        for name in KEYS:
            op.execute(f'ALTER TABLE part_numbers DROP CONSTRAINT IF EXISTS {name}')


def downgrade() -> None:
    if not is_postgresql():
        rebuild_sqlite_table('part_numbers', _with_keys)
        return
    with own_transactions():
        for name, (column, table) in KEYS.items():
            op.execute(
                f'ALTER TABLE part_numbers DROP CONSTRAINT IF EXISTS {name}, '
                f'ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {table} (id) NOT VALID'
            )
            op.execute(f'ALTER TABLE part_numbers VALIDATE CONSTRAINT {name}')


def _without_keys(definition: str) -> str:
    for name in KEYS:
        definition = re.sub(rf'CONSTRAINT "?{name}"? FOREIGN KEY ?\([^)]*\) REFERENCES [^(]*\([^)]*\),\s*', '', definition)
    return definition


def _with_keys(definition: str) -> str:
    keys = ''.join(
        f'CONSTRAINT {name} FOREIGN KEY({column}) REFERENCES {table} (id), '
        for name, (column, table) in KEYS.items()
    )
    return definition.replace(UNIQUE, keys + UNIQUE)
