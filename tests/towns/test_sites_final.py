"""What the database refuses of sites, whoever asks."""

import asyncpg
import pytest

from tests.towns.asking import Towns
from tests.towns.conventions import ITS_TOWN, signed
from tests.towns.siting import opened


@pytest.mark.parametrize("table", ["site_event", "site_premises"])
async def test_what_was_stated_is_neither_changed_nor_deleted(
    desk: Towns, fresh_url: str, table: str
) -> None:
    await opened(desk)
    connection = await asyncpg.connect(fresh_url)
    try:
        for change in (
            f"UPDATE towns.{table} SET confidence = 'medium'",
            f"DELETE FROM towns.{table}",
        ):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(f"{change} WHERE fact IS NULL")
        await connection.execute(
            f"UPDATE towns.{table} SET confidence = 'medium' WHERE fact IS NOT NULL"
        )
    finally:
        await connection.close()


async def test_a_site_is_written_once_in_a_version(desk: Towns, fresh_url: str) -> None:
    path = await signed(desk)
    (site,) = (await desk.ask("GET", "/v1/sites?acv_id=acv-051", None)).json()["items"]
    body = {"site_id": site["id"], "action_number": "A5-1"}
    await desk.ask("POST", f"{path}/cnam-actions", ITS_TOWN, json=body)
    connection = await asyncpg.connect(fresh_url)
    twice = (
        "INSERT INTO towns.convention_cnam_action SELECT gen_random_uuid(), convention_id,"
        " version_id, site_id, action_number, effective_on, motive, author"
        " FROM towns.convention_cnam_action"
    )
    try:
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(twice)
    finally:
        await connection.close()


async def test_an_open_site_that_the_cnam_states_has_a_centre(desk: Towns, fresh_url: str) -> None:
    path = await opened(desk)
    connection = await asyncpg.connect(fresh_url)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "UPDATE towns.site SET centre_code = NULL WHERE id = $1", path.rsplit("/", 1)[1]
            )
    finally:
        await connection.close()
