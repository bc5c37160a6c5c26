"""Bring the tables of official facts to the state of the shipped files, once per version."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import record
from services.towns.catalogue import cards
from services.towns.conventions.known import load_known as load_conventions
from services.towns.events import ReferenceLoaded, TownUpdated
from services.towns.reference.files import SOURCES, Rows, Source, every_table
from services.towns.reference.manifest import TABLES, Shipped, verified
from services.towns.sites.known import load_known as load_sites
from services.towns.tables import ReferenceLoad, Table

_CARDS = "town_card"


class VanishedTown(Exception):
    """A town left the shipped list of towns; a town never does, its status changes."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did."""

    loaded: tuple[str, ...]
    unchanged: tuple[str, ...]
    changed_towns: tuple[str, ...]

    def __str__(self) -> str:
        """Return the one line shown to who asked for the load."""
        if not self.loaded and not self.changed_towns:
            return f"reference facts unchanged ({len(self.unchanged)} tables)"
        return (
            f"reference facts: {len(self.loaded)} tables loaded, {len(self.unchanged)} unchanged, "
            f"{len(self.changed_towns)} towns changed"
        )


async def load(session: AsyncSession, folder: Path = TABLES) -> LoadReport:
    """Load what changed since the last load, publish the cards, tell about the changed towns.

    Raises:
        TamperedTable: a file is not the one that the manifest names.
        RefusedCell: a cell is not a fact that the tables can hold.
        VanishedTown: a town is no longer in the list.
    """
    entries = {entry.name: entry for entry in verified(folder)}
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("towns.reference_load"))))
    known = dict(await _loaded(session))
    stale = [source for source in SOURCES if known.get(source.name) != entries[source.name].sha256]
    if stale:
        rows = every_table(folder)
        for source in stale:
            await _upsert(session, source, rows[source.name])
        for source in reversed(stale):
            await _remove(session, source, rows[source.name])
        for source in stale:
            await _tell(session, entries[source.name])
    await load_conventions(session, vintage=entries["programme_towns"].vintage)
    await load_sites(session)
    changed: dict[str, int] = {}
    if stale or known.get(_CARDS) != cards.FORM:
        changed = await cards.publish(session, None)
        for acv_id, version in changed.items():
            await record(session, TownUpdated(acv_id=acv_id, version=version))
        await _note(session, _CARDS, checksum=cards.FORM, vintage="")
    return LoadReport(
        loaded=tuple(source.name for source in stale),
        unchanged=tuple(source.name for source in SOURCES if source not in stale),
        changed_towns=tuple(changed),
    )


async def _tell(session: AsyncSession, entry: Shipped) -> None:
    """Note which version the rows are of, for the next load and for whoever keeps copies."""
    await _note(session, entry.name, checksum=entry.sha256, vintage=entry.vintage)
    fact = ReferenceLoaded(
        table=entry.name, sha256=entry.sha256, vintage=entry.vintage, rows=entry.rows
    )
    await record(session, fact)


async def _loaded(session: AsyncSession) -> Sequence[tuple[str, str]]:
    statement = select(ReferenceLoad.table_name, ReferenceLoad.sha256)
    return [(name, checksum) for name, checksum in await session.execute(statement)]


def _shipped(table: SqlTable, rows: Rows) -> Any:
    """Return the rows as a relation; Postgres gives each column its type."""
    given = bindparam("rows", orjson.dumps(rows).decode(), type_=Text)
    relation = func.json_populate_recordset(
        literal_column(f"NULL::{table.fullname}"), cast(given, JSON)
    )
    return relation.table_valued(*(column(c.name, c.type) for c in table.columns), name="shipped")


async def _upsert(session: AsyncSession, source: Source, rows: Rows) -> None:
    table = _table(source)
    shipped = _shipped(table, rows)
    statement = insert(table).from_select(
        [c.name for c in table.columns], select(*(shipped.c[c.name] for c in table.columns))
    )
    facts = [c.name for c in table.columns if c.name not in source.key]
    new = statement.excluded
    differs: ColumnElement[bool] = or_(
        *(table.c[name].is_distinct_from(new[name]) for name in facts)
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=source.key, set_={name: new[name] for name in facts}, where=differs
        )
    )


async def _remove(session: AsyncSession, source: Source, rows: Rows) -> None:
    """Remove the rows that the file no longer has."""
    table = _table(source)
    shipped = _shipped(table, rows)
    same = and_(*(table.c[name] == shipped.c[name] for name in source.key))
    gone = ~select(1).select_from(shipped).where(same).correlate(table).exists()
    if source.name == "programme_towns":
        vanished = await session.scalar(select(table.c.acv_id).where(gone).limit(1))
        if vanished is not None:
            raise VanishedTown(f"{vanished} is no longer in {source.name}.csv")
        return
    await session.execute(delete(table).where(gone))


def _table(source: Source) -> SqlTable:
    return Table.metadata.tables[f"towns.{source.table.__tablename__}"]


async def _note(session: AsyncSession, name: str, *, checksum: str, vintage: str) -> None:
    row = {"sha256": checksum, "vintage": vintage, "loaded_at": func.now()}
    statement = insert(ReferenceLoad).values(table_name=name, **row)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[ReferenceLoad.table_name], set_=row)
    )
