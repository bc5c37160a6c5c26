"""How many calls a service gets at a time."""

import asyncio

import pytest

from gateway.slots import Limit, QueueFull, Slots


async def test_a_caller_beyond_the_limit_waits_for_a_slot() -> None:
    slots = Slots(Limit(1, 1, 1))
    await slots.taken()
    waiting = asyncio.create_task(slots.taken())
    await asyncio.sleep(0)
    assert not waiting.done()
    slots.released()
    await waiting
    assert slots.in_flight == 1


async def test_a_queue_as_long_as_the_limit_is_full() -> None:
    slots = Slots(Limit(1, 1, 1))
    await slots.taken()
    waiting = asyncio.create_task(slots.taken())
    await asyncio.sleep(0)
    with pytest.raises(QueueFull):
        await slots.taken()
    slots.released()
    await waiting


async def test_a_limit_that_shrank_makes_a_burst_wait_not_fail() -> None:
    slots = Slots(Limit(8, 8, 128))
    burst = [asyncio.create_task(slots.taken()) for _ in range(64)]
    await asyncio.sleep(0)
    assert slots.in_flight == 8
    for _ in burst:
        await asyncio.sleep(0)
        slots.released()
    await asyncio.gather(*burst)
    assert slots.in_flight == 0


async def test_a_caller_who_leaves_the_queue_takes_no_slot() -> None:
    slots = Slots(Limit(2, 2, 2))
    await slots.taken()
    await slots.taken()
    leaving, staying = (asyncio.create_task(slots.taken()) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    slots.released()
    await staying
    slots.released()
    slots.released()
    assert slots.in_flight == 0


async def test_a_caller_who_leaves_as_the_slot_comes_gives_it_back() -> None:
    slots = Slots(Limit(1, 1, 1))
    await slots.taken()
    leaving = asyncio.create_task(slots.taken())
    await asyncio.sleep(0)
    slots.released()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert slots.in_flight == 0


def test_the_limit_shrinks_when_latency_grows_and_never_below_its_floor() -> None:
    limit = Limit(64, 8, 128)
    for _ in range(50):
        limit.observed(0.01, in_flight=60)
    before = limit.allowed
    for _ in range(2000):
        limit.observed(1.0, in_flight=128)
    assert before > 64
    assert 8 <= limit.allowed < before


def test_the_limit_does_not_move_while_it_is_not_used() -> None:
    limit = Limit(64, 8, 128)
    for _ in range(100):
        limit.observed(0.01, in_flight=1)
    assert limit.allowed == 64
