"""How a read answers: bytes made by Postgres, as one page, one resource or a streamed export."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import asyncpg
import orjson
from starlette.responses import Response
from starlette.types import Scope

from chassis.answers import Bytes, Nothing
from chassis.contract import Output
from chassis.database import Database, ReadPool
from chassis.exports.formats import Export
from chassis.exports.stream import Download, Exporter
from chassis.formats import JSON, PARTIAL, Format, chosen_format
from chassis.headers import header
from chassis.identity import Open, Policy, Principal
from chassis.keeping import Headers, keeping
from chassis.listing import Kind, Listing, Shape, statement
from chassis.pages import Cursors
from chassis.perimeters import Single, bounds, single
from chassis.preconditions import digest_tag, etag, not_modified
from chassis.problems import NotFound
from chassis.queries import ListQuery, PagedQuery
from chassis.query_strings import without
from chassis.statements import Statement


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the reads of one service share."""

    database: Database
    cursors: Cursors
    exporter: Exporter
    public_url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a listing: its items joined, the path of the next page, the rows of all pages."""

    items: bytes
    count: int
    following: str | None
    total: int | None


class LimitsIgnored(RuntimeError):
    """A read that a perimeter limits asks for rows without it: a bug of its route."""


class CallerIgnored(RuntimeError):
    """An answer that depends on the caller is declared the same for all: a bug of its row."""


Answer = Response | Download
"""What a read gives back: an ASGI callable that knows its headers."""


class Reads:
    """The reading side of one request: what a route calls to answer."""

    __slots__ = ("_bounds", "_context", "_scope", "_within", "policy", "principal")

    def __init__(
        self, context: ReadContext, scope: Scope, principal: Principal, *, policy: Policy
    ) -> None:
        self._context = context
        self._scope = scope
        self.principal = principal
        self.policy = policy
        limits = policy.limits(principal)
        self._within = None if limits is None else frozenset(limits)
        self._bounds = bounds(limits)

    @property
    def pool(self) -> ReadPool:
        """The read-only pool, for the rare read that is neither a page nor one resource.

        Raises:
            LimitsIgnored: this caller does not see everything, and such SQL knows no perimeter.
        """
        if self._within is not None:
            raise LimitsIgnored(self._scope["path"])
        return self._context.database.reads

    @property
    def told(self) -> ReadPool:
        """The pool for what a reader is told: the feed knows its audiences."""
        return self._context.database.reads

    @property
    def cursors(self) -> Cursors:
        """The signer of cursors."""
        return self._context.cursors

    @property
    def public_url(self) -> str:
        """Where callers reach the product; never what a caller says it is."""
        return self._context.public_url

    @property
    def address(self) -> str:
        """The absolute address of this request."""
        query: str = self._scope["query_string"].decode()
        return f"{self.public_url}{self._scope['path']}{'?' if query else ''}{query}"

    def continued(self, name: str, mark: str) -> str:
        """Return the path of this request with its cursor replaced."""
        kept = without(name, self._scope["query_string"])
        return f"{self._scope['path']}?{kept}{name}={mark}"

    def header(self, name: bytes) -> str:
        """Return a request header, or an empty string."""
        return header(self._scope, name).decode("latin-1")

    async def one(
        self,
        resource: Single,
        values: Mapping[str, Any],
        *,
        missing: type[NotFound] = NotFound,
        max_age: int = 0,
        media: bytes = JSON,
    ) -> Response:
        """Answer with one resource; what has no version gets a digest as its tag.

        Raises:
            NotFound: no row, or none that the caller may see.
        """
        body, version, path = await self.found(resource, values, missing=missing)
        tag = digest_tag(body) if version is None else etag(version)
        headers: Headers = [(b"etag", tag.encode()), *self._kept(max_age)]
        if path != self._scope["path"]:
            headers.append((b"content-location", path.encode()))
        if not_modified(self.header(b"if-none-match"), tag):
            return Nothing(headers, status=304)
        return Bytes(body, [(b"content-type", media), *headers])

    async def found(
        self, resource: Single, values: Mapping[str, Any], *, missing: type[NotFound]
    ) -> asyncpg.Record:
        """Return body, version and path of one resource, for what is computed from it."""
        rows = await self._rows(single(resource, self._within), {**values, **self._bounds})
        if not rows:
            raise missing
        return rows[0]

    def computed(self, answer: Output) -> Response:
        """Answer with what was computed here from what the database holds."""
        return self.ready(answer.model_dump_json().encode())

    def ready(self, body: bytes, media: bytes = JSON, *more: tuple[bytes, bytes]) -> Response:
        """Answer with a body that is made."""
        return Bytes(body, [(b"content-type", media), *self._kept(), *more])

    async def page(self, listing: Listing, query: ListQuery) -> Answer:
        """Answer with a page of the listing, or with all its rows in the format asked for.

        Raises:
            InvalidCursor: the cursor was not made for this query.
            NotAcceptable: no format that the caller accepts.
        """
        placed = listing.place is not None
        form = chosen_format(query.format, self.header(b"accept"), placed=placed)
        sort = query.order() or next(iter(listing.orders))
        if form not in _PAGES:
            return await self._file(listing, query, form=form, sort=sort)
        part = await self.part(
            listing, query, sort=sort, fields=query.fields, counted=query.include_total
        )
        media = PARTIAL if query.fields is not None or form is Format.PARTIAL else JSON
        headers: Headers = [(b"content-type", media), *self._kept(listing.max_age)]
        if part.following is not None:
            headers.append((b"link", f'<{part.following}>; rel="next"'.encode()))
        return Bytes(_envelope(listing, part), headers)

    async def part(
        self,
        listing: Listing,
        query: PagedQuery,
        *,
        sort: str,
        fields: tuple[str, ...] | None = None,
        counted: bool = False,
    ) -> Part:
        """Return a page of the listing, for the rare answer that is not our envelope.

        Raises:
            InvalidCursor: the cursor was not made for this query.
        """
        values = {**query.bindings(), **self._bounds}
        shape = Shape("page", query.used(), sort, projected=fields is not None, within=self._within)
        bound = {
            **values,
            "limit": query.limit + 1,
            "fields": fields,
            "public_url": self.public_url,
        }
        if query.cursor is not None:
            marks = self._context.cursors.opened(_binding(listing, shape, values), query.cursor)
            stratum = int(marks.pop(0)) if listing.orders[sort.removeprefix("-")].strata else 0
            shape = replace(shape, continued=True, stratum=stratum)
            bound |= {f"after_{n}": mark for n, mark in enumerate(marks)}
        ((items, found, *marks),) = await self._rows(statement(listing, shape), bound)
        total = await self._total(listing, shape, values) if counted else None
        following = None
        if found > query.limit:
            cursor = self._context.cursors.sealed(_binding(listing, shape, values), marks)
            following = self.continued("cursor", cursor)
        return Part(items or b"", min(found, query.limit), following, total)

    async def _file(self, listing: Listing, query: ListQuery, *, form: Format, sort: str) -> Answer:
        query.refuse_paging(form)
        projected = query.fields is not None
        shape = Shape(_KINDS[form], query.used(), sort, projected=projected, within=self._within)
        made = statement(listing, shape)
        values = {**query.bindings(), **self._bounds, "fields": query.fields}
        file = Export(
            collection=listing.name,
            format=form,
            sql=made.sql,
            arguments=self.arguments(made, values),
            separator=query.separator,
            bom=query.bom,
        )
        headers = [*file.headers(datetime.now(UTC).date()), *self._kept(listing.max_age)]
        if listing.sources:
            headers.append((b"link", f'<{listing.sources}>; rel="describedby license"'.encode()))
        if self._scope["method"] == "HEAD":
            return Nothing(headers, status=200)
        return Download(await self._context.exporter.open(file), headers)

    def _kept(self, max_age: int = 0) -> Headers:
        return keeping(self.policy, self.principal, max_age=max_age)

    async def _total(self, listing: Listing, shape: Shape, values: Mapping[str, Any]) -> int:
        counting = Shape("count", shape.used, shape.sort, within=shape.within)
        ((total,),) = await self._rows(statement(listing, counting), values)
        return int(total)

    async def _rows(self, made: Statement, values: Mapping[str, Any]) -> list[asyncpg.Record]:
        arguments = self.arguments(made, values)
        return await self._context.database.reads.fetch(made.sql, *arguments)

    def arguments(self, made: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Return what a statement is run with: `values`, and what it asks of the caller.

        Raises:
            CallerIgnored: the policy row says that the answer is the same for all.
        """
        if made.asks:
            if isinstance(self.policy, Open) and self.policy.same:
                raise CallerIgnored(self._scope["path"])
            values = {**values, **self.principal.said(made.asks)}
        return made.arguments(values)


_PAGES = frozenset({Format.JSON, Format.PARTIAL})

_KINDS: dict[Format, Kind] = {
    Format.CSV: "cells",
    Format.XLSX: "cells",
    Format.NDJSON: "items",
    Format.GEOJSON: "features",
}


def _binding(listing: Listing, shape: Shape, values: Mapping[str, Any]) -> str:
    filters = orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS).decode()
    return f"{listing.name} {shape.sort} {_keys(listing, shape.sort)} {filters}"


@lru_cache(maxsize=256)
def _keys(listing: Listing, sort: str) -> str:
    """Name the expressions of an order, so that a cursor of another release is stale, not a bug."""
    return " ".join(str(key) for key in listing.orders[sort.removeprefix("-")].keys)


@lru_cache(maxsize=64)
def _remarks(listing: Listing) -> bytes:
    said = listing.remarks()
    return b"," + orjson.dumps(said)[1:-1] if said else b""


def _envelope(listing: Listing, part: Part) -> bytes:
    parts = [b'{"items":[', part.items, b"]", _remarks(listing)]
    if part.following is not None:
        parts += [b',"next":', orjson.dumps(part.following)]
    if part.total is not None:
        parts.append(b',"total":%d' % part.total)
    parts.append(b"}")
    return b"".join(parts)
