"""Keep each dealer's documents with those of few others

On PostgreSQL a search reads where its words are in the documents of all dealers that share an index. SQLite's
index is asked for the dealer's own rows, and stays as it is.

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

PARTITIONS = 16
COLUMNS = """
    dealer_id integer NOT NULL REFERENCES dealers (id),
    product_id integer NOT NULL,
    catalog text NOT NULL,
    brand text NOT NULL,
    mpn text NOT NULL,
    name text NOT NULL,
    shelf_quantity bigint NOT NULL,
    sale_price_cents integer,
    lead_time_days integer,
    part_numbers text NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (dealer_id, product_id)
"""
SET_ASIDE = (
    'DROP INDEX webstore_documents_words',
    'ALTER TABLE webstore_documents RENAME CONSTRAINT webstore_documents_pkey TO former_documents_pkey',
    'ALTER TABLE webstore_documents RENAME TO former_documents',
)
# The index is made last: in one go that takes a fraction of the time.
TAKE_OVER = (
    'INSERT INTO webstore_documents SELECT * FROM former_documents',
    'DROP TABLE former_documents',
    'CREATE INDEX webstore_documents_words ON webstore_documents USING gin (words)',
)


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        _make_anew(
            f'CREATE TABLE webstore_documents ({COLUMNS}) PARTITION BY HASH (dealer_id)',
            *(
                f'CREATE TABLE webstore_documents_{place:02} PARTITION OF webstore_documents'
                f' FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {place})'
                for place in range(PARTITIONS)
            ),
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        _make_anew(f'CREATE TABLE webstore_documents ({COLUMNS})')


def _make_anew(*tables: str) -> None:
    for statement in (*SET_ASIDE, *tables, *TAKE_OVER):
        op.execute(statement)
