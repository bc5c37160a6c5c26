"""SQL of the token endpoints: who asks, which assertions were used, what is revoked."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Double,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    extract,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Database, WriteSession
from chassis.statements import compiled
from gateway.partners.tables import (
    Client,
    ClientKey,
    ClientPerimeter,
    ClientSecret,
    Organisation,
    RefusedProof,
    RevokedToken,
    UsedAssertion,
)

FOR_GOOD = 2**40
"""An instant that no token's `iat` reaches, in seconds of the Unix epoch."""
BATCH = 10_000
_REMEMBERED = timedelta(minutes=10)
"""How long a suspension that has ended is published: longer than any token lives."""
_SILENCE = timedelta(minutes=10)
"""For how long no more is told of a client's proofs that are refused in one way."""
_LATE = timedelta(minutes=1)
"""By how much the clocks of the processes and of the database may differ."""
_CLOCK = func.current_timestamp()
_ZONE = "Europe/Paris"
"""Rights begin and end with a day of French legal time, overseas too."""


class Asking(NamedTuple):
    """A client that asks, and its rights today.

    `credential` is what the registry keeps of the one that the client names, if that one is live:
    salt, digest and cost of a secret, algorithm and JWK of a key.
    """

    organisation: str
    kind: str
    authentication: str
    scopes: list[str]
    active: bool
    rights: list[tuple[str, str, bool]]
    midnight: int
    credential: tuple[Any, ...] | None


_KNOWN = len(Asking._fields) - 1


async def with_secret(
    database: Database, client_id: str, *, prefix: str | None, now: float
) -> Asking | None:
    """Find a client by its id, and its secret by the prefix."""
    values = {"client_id": client_id, "name": prefix, "now": now}
    return _asking_of(await database.alone(_WITH_SECRET, values))


async def with_key(database: Database, client_id: str, *, kid: str, now: float) -> Asking | None:
    """Find a client by its id, and its public key by the `kid`."""
    values = {"client_id": client_id, "name": kid, "now": now}
    return _asking_of(await database.alone(_WITH_KEY, values))


def _asking_of(rows: list[asyncpg.Record]) -> Asking | None:
    if not rows:
        return None
    known, credential = rows[0][:_KNOWN], tuple(rows[0][_KNOWN:])
    return Asking._make([*known, None if credential[0] is None else credential])


async def claim(
    database: Database, client_id: str, *, jti_digest: bytes, expires_at: datetime
) -> bool:
    """Take an assertion for used, for good when this returns; False if it was already.

    Of two requests at once the second waits here until the first has committed.
    """
    values = {"client_id": client_id, "jti_digest": jti_digest, "expires_at": expires_at}
    return bool(await database.alone(_CLAIM, values))


async def revoke(session: WriteSession, jti_digest: bytes, *, expires_at: datetime) -> bool:
    """Refuse a token from now on; False if it was refused already."""
    row = insert(RevokedToken).values(jti_digest=jti_digest, expires_at=expires_at)
    row = row.on_conflict_do_nothing()
    return (await session.execute(row.returning(RevokedToken.jti_digest))).first() is not None


async def due(session: WriteSession, client_id: str, *, why: str) -> UUID | None:
    """Return whom to tell of a refused proof, unless the same was told within `_SILENCE`."""
    row = insert(RefusedProof).values(client_id=client_id, why=why)
    told = row.on_conflict_do_update(
        index_elements=["client_id", "why"],
        set_={"told_at": _CLOCK},
        where=RefusedProof.told_at <= _CLOCK - _SILENCE,
    ).returning(RefusedProof.client_id)
    if await session.scalar(told) is None:
        return None
    return await session.scalar(select(Client.organisation_id).where(Client.id == client_id))


async def revoked(database: Database) -> tuple[dict[str, int], dict[str, int]]:
    """Return whom and what verifiers must refuse: clients, then tokens."""
    ((clients, tokens),) = await database.alone(_REVOKED, {})
    return clients, tokens


async def note_uses(
    session: WriteSession, *, prefixes: Collection[str], keys: Collection[tuple[str, str]]
) -> None:
    """Write when credentials were last used: now, unless a minute has not passed."""
    if prefixes:
        await session.execute(
            update(ClientSecret)
            .where(ClientSecret.prefix.in_(prefixes), _not_lately(ClientSecret))
            .values(last_used_at=_CLOCK)
        )
    if keys:
        named = tuple_(ClientKey.client_id, ClientKey.kid).in_(keys)
        await session.execute(
            update(ClientKey).where(named, _not_lately(ClientKey)).values(last_used_at=_CLOCK)
        )


async def prune(session: WriteSession) -> int:
    """Delete a batch of what has expired, unless another process is at it; return how many."""
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(_PRUNING)))):
        return 0
    count = 0
    for table in (UsedAssertion, RevokedToken):
        place: ColumnElement[Any] = literal_column("ctid")
        old = select(place).select_from(table).where(table.expires_at < _CLOCK - _LATE)
        gone = delete(table).where(place.in_(old.limit(BATCH)))
        count += len((await session.execute(gone.returning(table.expires_at))).all())
    return count


_PRUNING = "prune used assertions"


def _not_lately(table: type[ClientSecret | ClientKey]) -> ColumnElement[bool]:
    seen = table.last_used_at
    return or_(seen.is_(None), seen < _CLOCK - timedelta(minutes=1))


def seconds(instant: Any) -> ColumnElement[int]:
    """Return the first whole second that is not before an instant."""
    return cast(func.ceil(extract("epoch", instant)), BigInteger)


NOW = func.to_timestamp(bindparam("now", type_=Double))
"""The instant of the question, by the clock of the process that signs."""
_LOCAL = func.timezone(_ZONE, NOW)
_TODAY = cast(_LOCAL, Date)
_MIDNIGHT = seconds(func.timezone(_ZONE, func.date_trunc("day", _LOCAL) + text("interval '1 day'")))
_RIGHTS = (
    select(
        func.coalesce(
            func.json_agg(
                func.json_build_array(
                    ClientPerimeter.dimension,
                    ClientPerimeter.value,
                    func.coalesce(ClientPerimeter.valid_until == _TODAY, false()),
                )
            ),
            text("'[]'::json"),
        )
    )
    .where(
        ClientPerimeter.client_id == Client.id,
        ClientPerimeter.valid_from <= _TODAY,
        or_(ClientPerimeter.valid_until.is_(None), ClientPerimeter.valid_until >= _TODAY),
    )
    .scalar_subquery()
)


ASKING: tuple[Any, ...] = (
    cast(Client.organisation_id, Text),
    Organisation.kind,
    Client.authentication,
    Client.scopes,
    and_(Client.status == "active", Organisation.status == "active"),
    _RIGHTS,
    _MIDNIGHT,
)
"""The columns of `Asking`, but for the credential."""


def _asking(table: type[ClientSecret | ClientKey], *columns: Any) -> Select[Any]:
    """Return the one statement that finds a client with its live credential of a name.

    `columns` are the name, then those of `Asking.credential`.
    """
    name, *credential = columns
    live = and_(
        table.client_id == Client.id,
        name == bindparam("name", type_=Text),
        table.revoked_at.is_(None),
        or_(table.expires_at.is_(None), table.expires_at > NOW),
    )
    return (
        select(*ASKING, *credential)
        .select_from(Client)
        .join(Organisation, Organisation.id == Client.organisation_id)
        .outerjoin(table, live)
        .where(Client.id == bindparam("client_id"))
    )


_KEPT = (ClientSecret.salt, ClientSecret.digest, ClientSecret.cost)
_WITH_SECRET = compiled(_asking(ClientSecret, ClientSecret.prefix, *_KEPT))
_WITH_KEY = compiled(
    _asking(ClientKey, ClientKey.kid, ClientKey.algorithm, cast(ClientKey.jwk, Text))
)
_CLAIM = compiled(
    insert(UsedAssertion)
    .values({name: bindparam(name) for name in ("client_id", "jti_digest", "expires_at")})
    .on_conflict_do_nothing()
    .returning(UsedAssertion.client_id)
)
_SUSPENDED = or_(Client.status != "active", Organisation.status != "active")
_REFUSED = or_(_SUSPENDED, Client.refused_before > _CLOCK - _REMEMBERED)
_CLIENTS = (
    select(
        func.json_object_agg(
            func.encode(func.sha256(func.convert_to(Client.id, "UTF8")), "hex"),
            case((_SUSPENDED, FOR_GOOD), else_=seconds(Client.refused_before)),
        )
    )
    .select_from(Client)
    .join(Organisation, Organisation.id == Client.organisation_id)
    .where(_REFUSED)
    .scalar_subquery()
)
_TOKENS = (
    select(
        func.json_object_agg(
            func.encode(RevokedToken.jti_digest, "hex"), seconds(RevokedToken.expires_at)
        )
    )
    .where(RevokedToken.expires_at > _CLOCK - _LATE)
    .scalar_subquery()
)
_NONE = text("'{}'::json")
_REVOKED = compiled(select(func.coalesce(_CLIENTS, _NONE), func.coalesce(_TOKENS, _NONE)))
