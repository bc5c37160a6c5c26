"""Secrets of clients: their form, their digests, and that hashing leaves the loop alone."""

import asyncio
import time

import pytest

from chassis.problems import ServiceUnavailable
from gateway.partners.secrets import FORM, Kept, digest, kept, made, prefix_of, verified

_OLD_COST = 14


@pytest.mark.parametrize(("environment", "mark"), [("production", "live"), ("sandbox", "test")])
def test_a_secret_says_whose_it_is_where_it_works_and_its_prefix(
    environment: str, mark: str
) -> None:
    text, prefix = made(environment)
    assert text.startswith(f"acdt_{mark}_{prefix}_")
    assert FORM.fullmatch(text)
    assert prefix_of(text) == prefix


def test_no_two_secrets_are_alike() -> None:
    assert len({made("production") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text", ["", "acdt", "acdt_prod_abcdefgh_" + "a" * 43, "acdt_live_abcdefgh_" + "a" * 42]
)
def test_a_text_of_another_form_has_no_prefix(text: str) -> None:
    assert prefix_of(text) is None


async def test_a_secret_is_verified_against_its_digest_alone() -> None:
    text, _ = made("sandbox")
    known = await kept(text)
    assert known.digest == digest(text, known.salt)
    assert await verified(text, known)
    assert not await verified(text[:-1] + "!", known)
    assert not await verified(text, known._replace(cost=known.cost + 1))


async def test_a_secret_kept_when_digests_were_dear_is_still_verified() -> None:
    text, _ = made("sandbox")
    old = _kept_before(text)
    assert await verified(text, old)
    assert not await verified(text[:-1] + "!", old)


async def test_the_same_secret_is_kept_under_another_salt_each_time() -> None:
    text, _ = made("sandbox")
    assert (await kept(text)).digest != (await kept(text)).digest


def _kept_before(text: str) -> Kept:
    salt = bytes(range(16))
    return Kept(salt, digest(text, salt, cost=_OLD_COST), _OLD_COST)


async def test_the_loop_goes_on_while_secrets_are_verified() -> None:
    text, _ = made("sandbox")
    known = _kept_before(text)
    several = asyncio.gather(*(verified(text, known) for _ in range(10)))
    longest, last = 0.0, time.monotonic()
    while not several.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert all(await several)
    began = time.monotonic()
    _kept_before(text)
    assert longest < 10 * (time.monotonic() - began)


async def test_those_who_would_wait_too_long_are_sent_away() -> None:
    text, _ = made("sandbox")
    known = await kept(text)
    answers = await asyncio.gather(
        *(verified(text, known) for _ in range(60)), return_exceptions=True
    )
    assert sum(isinstance(answer, ServiceUnavailable) for answer in answers) == 10
    assert answers.count(True) == 50
