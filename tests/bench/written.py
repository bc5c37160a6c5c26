"""Collections that partners write, each with the SQL that makes as many rows as are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.towns.needs.contract import Need, NeedPage

_ID = (
    "(lpad(to_hex({0}), 12, '0') || '7' || substr(md5({0}::text), 1, 3)"
    " || '8' || substr(md5({0}::text), 4, 15))::uuid"
)
_TOWNS = "(SELECT array_agg(acv_id ORDER BY acv_id) AS towns FROM towns.town) AS every"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection under measurement.

    `asked` are filters of the list; `{rows}` in a statement is how many rows it makes.
    """

    name: str
    page: type[Any]
    item: type[Any]
    asked: Sequence[str]
    statements: Sequence[str]


COLLECTIONS = (
    Collection(
        "needs",
        NeedPage,
        Need,
        ("region=44", "status=declared&department=51", "sort=-volume_count"),
        (
            f"""
INSERT INTO towns.need (id, acv_id, rome_codes, skills, volume_count, horizon_from, level,
  naf_division, source_kind, strength, expires_on, author, status, version, updated_at)
SELECT {_ID.format("number")}, towns[1 + number % cardinality(towns)], ARRAY['I1309', 'F1602'],
  ARRAY['Lire un plan d''installation'], 1 + number % 400, '2100-09-01', 1 + number % 8, '43',
  'mayor', 'stated', '2101-12-31', 'commune', 'declared', 1, now() - number * interval '1 second'
FROM generate_series(1, {{rows}}) AS number, {_TOWNS}
""",
        ),
    ),
)
