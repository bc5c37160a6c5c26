"""Create the index of names: one entry for each word under which a town is found.

Lock: none that matters on the new table; the cards, a few hundred, are read once.
Back: drops it; publishing the cards does not need it.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

WORDS = """
CREATE TABLE towns.town_word (
  entry text COLLATE "C" NOT NULL,
  acv_id text NOT NULL CONSTRAINT fk_town_word_acv_id
    REFERENCES towns.town_card ON DELETE CASCADE,
  CONSTRAINT pk_town_word PRIMARY KEY (entry, acv_id)
)
"""

FILLED = """
INSERT INTO towns.town_word (entry, acv_id)
SELECT word || ' ' || sort_name, acv_id
FROM towns.town_card, unnest(tsvector_to_array(search)) AS word
"""


def upgrade() -> None:
    """Create the table and fill it from the cards."""
    op.execute(WORDS)
    op.execute(FILLED)
    op.execute("CREATE INDEX ix_town_word_acv_id ON towns.town_word (acv_id, entry)")


def downgrade() -> None:
    """Drop the table with its indexes."""
    op.drop_table("town_word", schema="towns")
