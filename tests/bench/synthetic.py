"""A database with as many towns as asked for: distinct, plausible names and places, real bodies.

Each synthetic town wears the body of a real one with another identifier and name, so that its
answers have the size of real ones. Names are made of syllables: they hold no real name.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from random import Random

import asyncpg

from chassis.migrations import upgrade
from chassis.testing import url_of
from deploy.databases import DATABASE
from deploy.postgres.roles import prepare_database, prepare_roles
from services.towns.catalogue.cards import FORM
from services.towns.catalogue.rules import folded, search_words

NAME = "acdt_large"

_SEED = 2018
_SYLLABLES = (
    *("bal", "ber", "bour", "brai", "car", "cher", "clai", "cor", "dam", "dor", "fer", "fon"),
    *("gal", "gron", "jar", "lar", "lan", "lou", "mal", "mer", "mor", "nan", "nor", "pel", "pont"),
    *("quin", "ral", "rou", "sal", "ser", "tal", "tour", "val", "ver", "vil", "vou"),
)
_ENDINGS = ("ac", "ans", "ay", "court", "ès", "euil", "gny", "ières", "in", "on", "ville", "y")
_BEFORE = ("", "", "", "", "", "", "", "", "Saint-", "La ")
_AFTER = ("", "", "", "", "-sur-Orle", "-en-Valois", "-les-Bains", "-le-Vieil", "-aux-Bois")
_WEST, _SOUTH, _EAST, _NORTH = -4.0, 42.8, 7.5, 50.8  # degrees: most of metropolitan France
_COPIED = (
    *("acv_id", "body", "version", "updated_at", "name", "sort_name", "population", "status"),
    *("phase", "phases", "cohort", "region_code", "department_codes", "epci_sirens"),
    *("insee_codes", "member_from", "member_until", "lon", "lat", "search", "wave"),
    *("attested_from", "gone_by", "population_year", "convention_signed_on", "selections_count"),
)

_WORDS = """
INSERT INTO towns.town_word (entry, acv_id)
SELECT word || ' ' || sort_name, acv_id
FROM towns.town_card, unnest(tsvector_to_array(search)) AS word ORDER BY 1, 2
"""


async def prepared(server: str, rows: int) -> str:
    """Return the administrator's address of the large database; make it unless it is there."""
    whole = f"{rows} towns, cards {FORM}"
    admin = await asyncpg.connect(server)
    try:
        question = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname=$1"
        if await admin.fetchval(question, NAME) != whole:
            await admin.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
            await _made(server, rows)
            await admin.execute(f"COMMENT ON DATABASE \"{NAME}\" IS '{whole}'")
    finally:
        await admin.close()
    return url_of(server, database=NAME)


async def _made(server: str, rows: int) -> None:
    await prepare_database(server, NAME)
    await prepare_roles(url_of(server, database=NAME), ("towns",))
    await upgrade("towns", url_of(server, database=NAME, user="towns_migrator"))
    small = await asyncpg.connect(url_of(server, database=DATABASE))
    large = await asyncpg.connect(url_of(server, database=NAME))
    try:
        await _filled(small, large, rows)
    finally:
        await small.close()
        await large.close()


async def _filled(small: asyncpg.Connection, large: asyncpg.Connection, rows: int) -> None:
    """Copy the real cards, then the synthetic ones; build the indexes at the end."""
    columns = ", ".join(_COPIED)
    texts = ", ".join(f"{name}::text" for name in _COPIED)
    real = await small.fetch(f"SELECT {texts} FROM towns.town_card ORDER BY acv_id")
    indexes = await large.fetch(
        "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made"
        " FROM pg_index WHERE indrelid = 'towns.town_card'::regclass AND NOT indisprimary"
    )
    await large.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
    for table in ("town_word", "town_card"):
        await large.execute(f"ALTER TABLE towns.{table} SET UNLOGGED")
    for index in indexes:
        await large.execute(f"DROP INDEX {index['name']}")
    await large.copy_to_table(
        "town_card",
        schema_name="towns",
        columns=_COPIED,
        source=_in_blocks(_lines([dict(row) for row in real], rows)),
    )
    for index in indexes:
        await large.execute(index["made"])
    # the cards are there: four million looks at them would take a minute
    await large.execute("SET session_replication_role = replica; SET work_mem = '512MB'")
    await large.execute(_WORDS)
    await large.execute("VACUUM (ANALYZE) towns.town_word")
    await large.execute(f"VACUUM (ANALYZE) towns.town_card ({columns})")


def identifiers(rows: int, count: int) -> list[str]:
    """Return the identifiers of some synthetic towns, spread over all of them."""
    return [f"acv-{number:06d}" for number in range(0, rows - 1_000, rows // count)]


async def _in_blocks(lines: Iterator[str]) -> AsyncIterator[bytes]:
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == 200:
            yield "".join(block).encode()
            block.clear()
    yield "".join(block).encode()


def _lines(real: Sequence[dict[str, str | None]], rows: int) -> Iterator[str]:
    for row in real:
        yield _line(row)
    random = Random(_SEED)  # noqa: S311  # the same towns at every run
    known: set[str] = set()
    for number in range(rows - len(real)):
        yield _line(_town(real[number % len(real)], number, _name(random, known), random))


def _town(
    real: dict[str, str | None], number: int, name: str, random: Random
) -> dict[str, str | None]:
    acv_id = f"acv-{number:06d}"
    words = " ".join(f"'{word}'" for word in search_words(name))
    body = (real["body"] or "").replace(real["acv_id"] or "", acv_id)
    body = body.replace(json.dumps(real["name"], ensure_ascii=False), f'"{name}"', 1)
    return real | {
        "acv_id": acv_id,
        "body": body,
        "name": name,
        "sort_name": folded(name),
        "search": words,
        "population": str(random.randrange(500, 150_000)),
        "lon": f"{random.uniform(_WEST, _EAST):.6f}",
        "lat": f"{random.uniform(_SOUTH, _NORTH):.6f}",
        "insee_codes": f"{{{number:07d}}}",
        "epci_sirens": f"{{{number // 30:09d}}}",
    }


def _name(random: Random, known: set[str]) -> str:
    while True:
        stem = "".join(random.choices(_SYLLABLES, k=random.choice((1, 2, 2, 3))))
        whole = (stem + random.choice(_ENDINGS)).capitalize()
        name = random.choice(_BEFORE) + whole + random.choice(_AFTER)
        if name not in known:
            known.add(name)
            return name


def _line(row: dict[str, str | None]) -> str:
    """Return one line of COPY's text format."""
    cells = (row[name] for name in _COPIED)
    return "\t".join("\\N" if cell is None else _escaped(cell) for cell in cells) + "\n"


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\") if "\\" in cell else cell
