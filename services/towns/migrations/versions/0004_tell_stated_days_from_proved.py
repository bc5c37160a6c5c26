"""Tell the days that a source states from those that dated lists prove; more columns for exports.

Lock: ACCESS EXCLUSIVE on `town_card` while its rows, a few hundred, are written once.
Back: the bounds proved become the days of membership again; the other columns are dropped.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

FILLED = """
UPDATE towns.town_card SET
  attested_from = member_from,
  gone_by = member_until,
  population_year = (body::json -> 'population' ->> 'reference_year')::smallint,
  convention_signed_on = (body::json -> 'convention' ->> 'signed_on')::date,
  selections_count = json_array_length(body::json -> 'act_selections')
"""


def upgrade() -> None:
    """Add the columns, fill them from what the cards say, move the index."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("""
        ALTER TABLE towns.town_card
          ADD attested_from date, ADD gone_by date, ADD population_year smallint,
          ADD convention_signed_on date, ADD selections_count smallint
    """)
    op.execute(FILLED)
    op.execute("""
        ALTER TABLE towns.town_card ALTER member_from DROP NOT NULL,
          ALTER attested_from SET NOT NULL, ALTER selections_count SET NOT NULL
    """)
    op.execute("DROP INDEX towns.ix_town_card_member_from")
    op.execute(
        "CREATE INDEX ix_town_card_attested_from ON towns.town_card (attested_from, gone_by)"
    )


def downgrade() -> None:
    """Put the proved bounds back, drop the columns."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("UPDATE towns.town_card SET member_from = attested_from, member_until = gone_by")
    op.execute("""
        ALTER TABLE towns.town_card ALTER member_from SET NOT NULL,
          DROP attested_from, DROP gone_by, DROP population_year,
          DROP convention_signed_on, DROP selections_count
    """)
    op.execute(
        "CREATE INDEX ix_town_card_member_from ON towns.town_card (member_from, member_until)"
    )
