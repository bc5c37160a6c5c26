"""The check of staged rows for keys that come twice."""

import asyncpg
from sqlalchemy import Integer, Text
from typing_extensions import TypedDict

from chassis.imports.merge import STAGING, Importer, Merge


class Numbered(TypedDict):
    """One row of a file whose key has two parts."""

    code: str
    rank: int


NUMBERED = Importer(
    collection="numbered",
    row=Numbered,
    columns={"code": Text(), "rank": Integer()},
    key=("code", "rank"),
    merge=Merge(""),
)


async def test_a_key_of_two_parts_repeats_only_where_both_do(admin_url: str) -> None:
    rows = [(2, 3, "a", 1), (3, 3, "a", 2), (4, 3, "b", 1), (5, 3, "a", 1), (6, 3, "a", 1)]
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(NUMBERED.staging())
        await connection.copy_records_to_table(STAGING, records=rows)
        found = await connection.fetch(NUMBERED.repeated())
    finally:
        await connection.close()
    assert [(row[0], row[1], row[5]) for row in found] == [
        (5, "code", "this key is already on row 2"),
        (6, "code", "this key is already on row 2"),
    ]
