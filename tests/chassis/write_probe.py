"""A service with a few changes that succeed, refuse, crash, wait or lose their COMMIT."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

import asyncpg
import httpx
from fastapi import Header, Query, Response
from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import text

from chassis.assembly import ServiceApp
from chassis.contract import Day, Input, Instant, Output
from chassis.events import Event, record
from chassis.http import Edge
from chassis.identifiers import Siren, uuid7
from chassis.identity import Open, PolicyTable, Scoped, TwoPerson
from chassis.lane import Router
from chassis.merge_patch import Patch
from chassis.money import Euros, PositiveEuros, Rate
from chassis.openapi import documented
from chassis.preconditions import etag
from chassis.problems import NotFound, Refused
from chassis.problems import Text as Sentence
from chassis.testing import TEST_URL, client_of
from chassis.tokens import Verifier
from chassis.writes import MoneyRoute, Seen, WriteRoute, Writes
from services.trainings.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role

CHANGES = Router(route_class=WriteRoute)
PAYMENTS = Router(route_class=MoneyRoute)


class SeatsTaken(Refused):
    title = Sentence("Plus de place", "No seat left")


class SeatsBooked(Event):
    name: ClassVar[str] = "fr.acdt.trainings.seats.booked.v1"
    kind: str

    @property
    def subject(self) -> str:
        return f"seats/{self.kind}"


class BookingIn(Input):
    kind: str = "usual"
    count: int = 1


class Booking(Output):
    id: UUID
    count: int


@CHANGES.post(
    "/v1/bookings",
    status_code=201,
    operation_id="book_seats",
    responses=documented(SeatsTaken, NotFound),
)
async def book_seats(writes: Writes, body: BookingIn, response: Response) -> Booking:
    """Book seats of a kind: each kind has its fate."""
    await record(writes, SeatsBooked(kind=body.kind))
    if body.kind == "slow":
        await asyncio.sleep(0.6)
    if body.kind == "taken":
        raise SeatsTaken
    if body.kind == "unknown":
        raise NotFound
    if body.kind == "crash":
        raise RuntimeError("a bug")
    booking = Booking(id=uuid7(), count=body.count)
    response.headers["Location"] = f"/v1/bookings/{booking.id}"
    return booking


@CHANGES.post("/v1/questions", operation_id="ask_neighbour")
async def ask_neighbour(writes: Writes) -> Booking:
    """Wait for a neighbour before the first statement, as every route must."""
    await asyncio.sleep(0.4)
    await writes.execute(text("SELECT 1"))
    return Booking(id=uuid7(), count=0)


@CHANGES.post("/v1/echoes", operation_id="echo_nothing")
async def echo_nothing() -> Booking:
    """Answer without any SQL."""
    return Booking(id=uuid7(), count=0)


@PAYMENTS.post("/v1/payments", status_code=201, operation_id="pay_booking")
async def pay_booking(writes: Writes, body: BookingIn) -> Booking:
    """Pay, exactly once."""
    await record(writes, SeatsBooked(kind=body.kind))
    return Booking(id=uuid7(), count=body.count)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class WiresIn(Input):
    """One field of each kind that travels."""

    day: Day | None = None
    instant: Instant | None = None
    id: UUID | None = None
    colour: Colour | None = None
    pair: tuple[int, int] | None = None
    names: frozenset[str] | None = None
    note: str | None = None
    share: float | None = None
    free: dict[str, str] | None = None
    planned_eur: Euros | None = None
    paid_eur: PositiveEuros | None = None
    paid_rate: Rate | None = None
    siren: Siren | None = None


class WiresQuery(BaseModel):
    model_config = ConfigDict(frozen=True)
    loud: bool = False
    word: str = ""


@CHANGES.post("/v1/wires", operation_id="send_wires")
async def send_wires(body: WiresIn) -> WiresIn:
    """Give back what was read."""
    return body


@CHANGES.post("/v1/shelves/{shelf}/books", operation_id="add_book")
async def add_book(
    shelf: UUID,
    query: Annotated[WiresQuery, Query()],
    *,
    x_copies: Annotated[int, Header()] = 1,
) -> Booking:
    """Take something of the path, of the query and of the headers."""
    return Booking(id=shelf, count=x_copies + query.loud)


SHELF = BookingIn(kind="atlas", count=3)
SHELF_VERSION = 7


@CHANGES.patch("/v1/shelves/one", operation_id="change_shelf")
async def change_shelf(
    writes: Writes, seen: Seen, *, body: Patch[BookingIn], response: Response
) -> BookingIn:
    """Change the one shelf, which is at version 7 for ever."""
    seen.met(SHELF_VERSION, current=SHELF.model_dump(mode="json"))
    changed = body.onto(SHELF)
    await record(writes, SeatsBooked(kind=changed.kind))
    response.headers["ETag"] = etag(SHELF_VERSION + 1)
    return changed


@CHANGES.delete("/v1/shelves/one", operation_id="drop_shelf", status_code=204)
async def drop_shelf(writes: Writes) -> None:
    """Forget to compare what the caller saw."""
    await record(writes, SeatsBooked(kind="dropped"))


@CHANGES.post("/v1/secrets", operation_id="tell_secret")
async def tell_secret(writes: Writes) -> Booking:
    """For those whose token says so."""
    await record(writes, SeatsBooked(kind="secret"))
    return Booking(id=uuid7(), count=1)


@PAYMENTS.post("/v1/refunds", operation_id="refund_booking")
async def refund_booking(writes: Writes) -> Booking:
    """For two people."""
    await record(writes, SeatsBooked(kind="refund"))
    return Booking(id=uuid7(), count=1)


OPERATIONS = (
    *("book_seats", "ask_neighbour", "echo_nothing", "pay_booking", "list_trainings_events"),
    *("send_wires", "add_book", "change_shelf", "drop_shelf"),
)
SCOPED = {"tell_secret": Scoped("secrets:tell"), "refund_booking": TwoPerson("refunds:make")}


def probe_app(url: str, verifier: Verifier | None = None) -> ServiceApp:
    """The probe on a copy of the template, as the runtime role of trainings."""
    settings = Settings(
        database_url=as_role(url, "trainings_runtime"),
        cursor_secret=SecretStr(CURSOR_SECRET),
        durable=False,
        write_pool_size=8,
    )
    return ServiceApp(
        "trainings",
        settings,
        summary="Probe",
        routers=[CHANGES, PAYMENTS],
        policy=PolicyTable({name: Open() for name in OPERATIONS}, SCOPED),
        verifier=verifier,
    )


@asynccontextmanager
async def probe_client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(Edge(probe_app(url), server="probe", public_url=TEST_URL)) as client:
        yield client


async def asked(url: str, question: str) -> int:
    """The one number that `question` gives."""
    connection = await asyncpg.connect(url)
    try:
        number: int = await connection.fetchval(question)
        return number
    finally:
        await connection.close()


async def at_commit(url: str, action: str) -> None:
    """Make every COMMIT of a booking do `action`, a PL/pgSQL statement, as an administrator."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
        f"$$ BEGIN {action}; RETURN NULL; END $$"
    )
    await connection.execute(
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON trainings.event "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()"
    )
    await connection.close()


async def shorten_waits(url: str) -> None:
    """Let this database's callers wait 0.2 s for a lock, not 2 s."""
    admin = await asyncpg.connect(url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(
        f"ALTER ROLE trainings_runtime IN DATABASE \"{name}\" SET lock_timeout='0.2s'"
    )
    await admin.close()
