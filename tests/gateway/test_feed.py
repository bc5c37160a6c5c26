"""How the gateway follows a service's change feed: from its end, without reading its history."""

from collections.abc import AsyncIterator

import pytest

from gateway.cache import Validity
from gateway.feed import Watcher
from gateway.upstreams import InProcess
from tests.gateway.fakes import Fake


@pytest.fixture
async def towns() -> AsyncIterator[tuple[Fake, InProcess]]:
    """Return a service with a long history, and the way to it."""
    fake = Fake("towns", events=[f"event-{number}" for number in range(1000)])
    upstream = InProcess(fake)
    async with upstream.running():
        yield fake, upstream


async def test_the_history_is_not_read_at_start(towns: tuple[Fake, InProcess]) -> None:
    validity = Validity()
    watcher = Watcher("towns", towns[1], validity=validity, clock=lambda: 10.0)
    assert not await watcher.look()
    assert validity.trusted_until > 10


async def test_what_was_kept_before_the_first_look_is_doubtful(
    towns: tuple[Fake, InProcess],
) -> None:
    validity = Validity()
    watcher = Watcher("towns", towns[1], validity=validity, clock=lambda: 10.0)
    await watcher.look()
    assert validity.generation == 1
    await watcher.look()
    assert validity.generation == 1
    towns[0].events.append("news")
    await watcher.look()
    assert validity.generation == 2
