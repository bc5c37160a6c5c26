"""The same endpoints written the ordinary way: a session by dependency, `response_model`.

The ORM reads the same prepared row as the product does, so that only the way of serving it is
compared; gathering the facts from their eight tables at each request would cost far more.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from sqlalchemy import JSON, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import sqlalchemy_url
from services.towns.catalogue.contract import Town, TownPage
from services.towns.reference.contract import completeness
from tests.bench.written import COLLECTIONS, Collection


class Table(DeclarativeBase):
    """The base of the one table."""


class TownRow(Table):
    """A town as one JSON document."""

    __tablename__ = "town"
    __table_args__ = ({"schema": "bench"},)

    acv_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class DocumentRow(Table):
    """A thing that partners wrote as two JSON documents: in a list, and by itself."""

    __tablename__ = "document"
    __table_args__ = ({"schema": "bench"},)

    collection: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    listed: Mapped[dict[str, Any]] = mapped_column(JSON)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(
        sqlalchemy_url(os.environ["READER_URL"]), pool_size=8, max_overflow=0
    )
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.remarks = completeness("programme_towns", "selected_towns")
    yield
    await engine.dispose()


app = FastAPI(lifespan=_lifespan)


@app.get("/v1/towns", response_model=TownPage)
async def list_towns(
    request: Request,
    session: Session,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, Any]:
    """List towns."""
    chosen = select(TownRow).where(TownRow.acv_id > after).order_by(TownRow.acv_id)
    rows = (await session.scalars(chosen.limit(limit + 1))).all()
    page: dict[str, Any] = {"items": [row.body for row in rows[:limit]]}
    page |= request.app.state.remarks
    if len(rows) > limit:
        page["next"] = f"/v1/towns?limit={limit}&after={rows[limit - 1].acv_id}"
    return page


@app.get("/v1/towns/{code}", response_model=Town)
async def show_town(code: str, session: Session) -> dict[str, Any]:
    """Show one town."""
    row = await session.get(TownRow, code)
    if row is None:
        raise HTTPException(404)
    return row.body


def _serve(collection: Collection) -> None:
    """Serve one more collection, as towns are."""

    async def list_rows(
        session: Session, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> dict[str, Any]:
        chosen = select(DocumentRow).where(DocumentRow.collection == collection.name)
        rows = (await session.scalars(chosen.order_by(DocumentRow.id).limit(limit + 1))).all()
        page: dict[str, Any] = {"items": [row.listed for row in rows[:limit]]}
        if len(rows) > limit:
            page["next"] = f"/v1/{collection.name}?limit={limit}&after={rows[limit - 1].id}"
        return page

    async def show_row(one: str, session: Session) -> dict[str, Any]:
        row = await session.get(DocumentRow, (collection.name, one))
        if row is None:
            raise HTTPException(404)
        return row.body

    base = f"/v1/{collection.name}"
    app.get(base, response_model=collection.page)(list_rows)
    app.get(f"{base}/{{one}}", response_model=collection.item)(show_row)


for collection in COLLECTIONS:
    _serve(collection)
