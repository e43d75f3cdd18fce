"""Make the keys of text with unusual characters again, and count rows imported without a price

Keys compare text composed (NFC), with every space a plain one and nothing invisible. Those of ASCII text stay
as they are, so only rows with other characters are read, in batches by id, and only those whose key
differs are written. A row whose new key another row has already keeps its old one: the other row is found from now on.

Revision: 0025
Follows: 0024
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

BATCH = 1_000
INVISIBLE = re.compile(
    '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164'
    '\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
)
SPACES = re.compile('[\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]')
NOT_ALPHANUMERIC = re.compile(r'[\W_]+')

# What is read of each table: the key columns with the text that each is made of, and the condition under which
# another row has the new key already.
TABLES = {
    'manufacturers': (
        {'name_key': 'name', 'abbreviation_key': 'abbreviation'},
        '(o.catalog = {table}.catalog AND o.owner_key = {table}.owner_key AND o.name_key = :name_key)'
        ' OR o.abbreviation_key = :abbreviation_key',
    ),
    'products': (
        {'brand_key': 'brand', 'mpn_key': 'mpn'},
        'o.catalog = {table}.catalog AND o.owner_key = {table}.owner_key'
        ' AND o.brand_key = :brand_key AND o.mpn_key = :mpn_key',
    ),
    'part_numbers': (
        {'key': 'part_number', 'bare_key': 'part_number'},
        'o.manufacturer_id = {table}.manufacturer_id AND o.key = :key',
    ),
    'supplier_codes': (
        {'code_key': 'code'},
        'o.dealer_id = {table}.dealer_id AND o.manufacturer_id = {table}.manufacturer_id'
        ' AND o.code_key = :code_key',
    ),
}
# Stock follows its supplier code.
MOVE_STOCK = sa.text("""
    UPDATE shelf_stock SET code_key = :code_key
    WHERE code_key = :old AND dealer_id = (SELECT dealer_id FROM supplier_codes WHERE id = :id)
      AND NOT EXISTS (
        SELECT 1 FROM shelf_stock o
        WHERE o.dealer_id = shelf_stock.dealer_id AND o.product_id = shelf_stock.product_id
          AND o.manufacturer_id = shelf_stock.manufacturer_id AND o.code_key = :code_key
      )
""")

Changed = list[dict[str, object]]


def upgrade() -> None:
    op.add_column(
        'catalog_imports', sa.Column('warned', sa.Integer(), nullable=False, server_default='0')
    )
    connection = op.get_bind()
    for table, (keys, taken) in TABLES.items():
        write = _write(table, keys, taken)
        for changed in _batches(connection, table, keys):
            connection.execute(write, changed)
            if table == 'supplier_codes':
                connection.execute(MOVE_STOCK, changed)


def downgrade() -> None:
    op.drop_column('catalog_imports', 'warned')


def _batches(connection: Connection, table: str, keys: dict[str, str]) -> Iterator[Changed]:
    """The rows whose keys change, with their new keys, as many at a time as were read."""
    texts = sorted(set(keys.values()))
    unusual = ' OR '.join(_is_unusual(connection, name) for name in texts)
    read = sa.text(
        f'SELECT id, {", ".join((*texts, *keys))} FROM {table}'  # noqa: S608 # nosec B608 - our names
        f' WHERE id > :last AND ({unusual}) ORDER BY id LIMIT {BATCH}'
    )
    last = 0
    while rows := connection.execute(read, {'last': last}).mappings().all():
        last = rows[-1]['id']
        made = [{'id': row['id'], **{key: _key(key, row[text]) for key, text in keys.items()}} for row in rows]
        changed = [
            {**new, 'old': row[next(iter(keys))]}
            for row, new in zip(rows, made, strict=True)
            if any(row[key] != new[key] for key in keys)
        ]
        if changed:
            yield changed


def _is_unusual(connection: Connection, column: str) -> str:
    if connection.dialect.name == 'postgresql':
        return f'octet_length({column}) <> char_length({column})'
    return f'length(CAST({column} AS BLOB)) <> length({column})'


def _write(table: str, keys: dict[str, str], taken: str) -> sa.TextClause:
    values = ', '.join(f'{key} = :{key}' for key in keys)
    return sa.text(
        f'UPDATE {table} SET {values} WHERE id = :id AND NOT EXISTS'  # noqa: S608 # nosec B608 - our names
        f' (SELECT 1 FROM {table} o WHERE o.id <> :id AND ({taken.format(table=table)}))'
    )


def _key(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    key = _cleaned(unicodedata.normalize('NFC', _cleaned(text).casefold()))
    return NOT_ALPHANUMERIC.sub('', key) if name == 'bare_key' else key


def _cleaned(text: str) -> str:
    return unicodedata.normalize('NFC', SPACES.sub(' ', INVISIBLE.sub('', text))).strip()
