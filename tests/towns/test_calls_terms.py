"""What other aggregates are told of a call, and what they keep from changing meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import WriteSession, sqlalchemy_url
from services.towns.calls.errors import CallClosed, CallNotFound
from services.towns.calls.rules import admissible
from services.towns.calls.tables import Call
from services.towns.calls.terms import Terms, hold_terms, lock_terms, read_terms
from tests.towns.asking import Towns
from tests.towns.calling import ORGANISATION, act, brought, drafted, past_its_day, published, shown

Told = Callable[[WriteSession, UUID], Awaitable[Terms]]


@asynccontextmanager
async def working(url: str) -> AsyncIterator[WriteSession]:
    """Yield a transaction of the runtime role, given up at the end."""
    runtime = make_url(url).set(username="towns_runtime")
    engine = create_async_engine(sqlalchemy_url(runtime.render_as_string(hide_password=False)))
    async with AsyncSession(engine) as session:
        yield WriteSession(session)
        await session.rollback()
    await engine.dispose()


def id_of(path: str) -> UUID:
    """Return the id of a call."""
    return UUID(path.rsplit("/", 1)[1])


async def test_the_terms_are_those_of_the_rules_in_force(desk: Towns, fresh_url: str) -> None:
    path = await published(desk)
    await brought(desk, path, "attachment", "extension")
    call = await shown(desk, path, None)
    async with working(fresh_url) as session:
        terms = await read_terms(session, id_of(path))

    assert (terms.ruleset_number, terms.ruleset_sha256) == (2, call["ruleset"]["sha256"])
    assert (terms.wave, terms.mode, terms.status, terms.quorum) == (3, "live", "published", 3)
    assert terms.required_evidence == ("letter",)
    assert [one.code for one in terms.criteria] == ["need", "premises"]
    seated, nobody = terms.body_of(ORGANISATION), terms.body_of("else")
    assert seated is not None
    assert (seated.body, nobody) == ("cnam", None)
    assert terms.window.closes_at is not None
    assert terms.window.closes_at.isoformat() == "2100-04-20T16:00:00+00:00"
    assert terms.window.outside_quota == 5


async def test_a_draft_has_no_terms_cancelled_or_not(desk: Towns, fresh_url: str) -> None:
    draft, given_up = await drafted(desk), await drafted(desk)
    await brought(desk, given_up, "cancellation")
    async with working(fresh_url) as session:
        for path in (draft, given_up):
            with pytest.raises(CallNotFound):
                await read_terms(session, id_of(path))


async def test_a_wave_of_the_past_takes_no_bid_and_has_no_rules(fresh_url: str) -> None:
    async with working(fresh_url) as session:
        known = await session.scalar(select(Call.id).where(Call.wave == 1))
        assert known is not None
        terms = await read_terms(session, known)

    assert (terms.status, terms.ruleset_sha256, terms.panel) == ("decided", None, ())
    with pytest.raises(CallClosed):
        admissible(terms.window, in_programme=True, outside_count=0, at=terms.now)


async def test_the_terms_say_that_a_call_closed_on_its_day(desk: Towns, fresh_url: str) -> None:
    path = await published(desk)
    await past_its_day(fresh_url, path)
    async with working(fresh_url) as session:
        terms = await read_terms(session, id_of(path))
    assert (terms.status, terms.window.status) == ("closed", "published")


@pytest.mark.parametrize("told", [hold_terms, lock_terms])
async def test_nobody_closes_a_call_whose_terms_are_held(
    desk: Towns, fresh_url: str, told: Told
) -> None:
    path = await published(desk)
    async with working(fresh_url) as session:
        await told(session, id_of(path))
        closing = asyncio.create_task(act(desk, path, "closure"))
        await asyncio.sleep(0.3)
        assert not closing.done()
    assert (await closing).status_code == 201


async def test_many_hold_the_terms_of_a_call_and_one_at_a_time_locks_them(
    desk: Towns, fresh_url: str
) -> None:
    path = await published(desk)
    async with working(fresh_url) as first, working(fresh_url) as second:
        await hold_terms(first, id_of(path))
        await hold_terms(second, id_of(path))
        async with working(fresh_url) as third:
            waiting = asyncio.create_task(lock_terms(third, id_of(path)))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            await first.rollback()
            await second.rollback()
            assert (await waiting).call_id == id_of(path)
